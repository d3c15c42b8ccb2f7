"""How does one function of a key become a thousand results, on any machine?

    replicate(fn, keys)  =  stack([fn(key) for key in keys])

The replicate axis is spread over every device of a mesh: CPU cores as XLA devices, GPUs, or the
devices of many hosts under `jax.distributed`. XLA splits one small operation poorly over cores, so
each core gets replicates of its own. On a device, a chunk of replicates is mapped together: few at
a time on a CPU core, whose caches are small, and many on a GPU. A few chunks are sent to the
devices ahead of time and fetched in order. So memory is bounded whatever the number of replicates,
progress can be shown, and each chunk can be saved when it is finished.

This is the only module that knows of devices and chunks. To use all CPU cores, call
`use_all_cores()` once at start-up, before the first JAX computation.
"""

from __future__ import annotations

import math
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxnn.chunk_store import Store, fingerprint_of
from jaxnn.errors import InputError, InputTypeError, check_bool, check_count, check_key, shown
from jaxnn.one_replicate import Call, Identity, is_key, raw, shapes_of_one
from jaxnn.processes.agreement import Job
from jaxnn.processes.membership import devices as all_devices
from jaxnn.processes.shares import Shares, check_call, enter_together, job_of
from jaxnn.progress import Progress, check_progress
from jaxnn.stacked_results import Stacked, check_size
from jaxnn.user_functions import failures_told

__all__ = ["available_cores", "replicate", "use_all_cores"]

CPU_CACHE = 2**18  # bytes of working set that stay close to a CPU core: about half of its L2 cache
CPU_CHUNK = 8  # more replicates side by side than this are no faster on a core
GPU_MEMORY = 2**31  # bytes of working set for one chunk on a GPU
GPU_CHUNK = 1024
# XLA has vectorised its loops before LLVM sees them, so at this lower level programs compile a
# fifth faster and run equally fast.
CPU_OPTIONS = {"xla_backend_optimization_level": 1}
# Programs that run once and briefly: optimising them would take longer than it saves, and the
# simpler emitter of fused loops compiles faster.
RUN_ONCE = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
IN_FLIGHT = 3  # chunks sent to the devices before the first is fetched


def available_cores() -> int:
    """The number of CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_all_cores(count: int | None = None) -> int:
    """Make every CPU core an XLA device, so that `replicate` keeps all of them busy.

    Call it once at start-up, before the first JAX computation.

    Args:
      count: number of devices; None is the number of cores that this process may use.

    Returns:
      The number of CPU devices.

    Raises:
      InputError, InputTypeError: `count` is not a whole number of at least 1, or JAX has already
        started with another number.
    """
    count = available_cores() if count is None else count
    check_count(count, "count")
    count = int(count)
    try:
        jax.config.update("jax_num_cpu_devices", count)
    except RuntimeError:
        running = len(jax.local_devices(backend="cpu"))
        if running != count:
            raise InputError(
                f"count is {count}, but JAX has already started with {running} CPU devices; call "
                "use_all_cores() before the first JAX computation."
            ) from None
    return count


def compile_quickly() -> None:
    """Compile in the shortest time, however slowly the programs then run.

    For a process whose many programs run once and briefly; call it before the first JAX
    computation. Programs of many replicates keep their level of optimisation. It changes XLA_FLAGS,
    which processes that are started later inherit.
    """
    # What is compiled in one part needs no linking.
    options = {**RUN_ONCE, "xla_cpu_parallel_codegen_split_count": 1}
    flags = [f"--{name}={str(value).lower()}" for name, value in options.items()]
    os.environ["XLA_FLAGS"] = " ".join((*flags, os.environ.get("XLA_FLAGS", ""))).strip()


def replicate(
    fn: Callable[..., Any],
    keys: Array,
    *,
    mapped: Sequence[Any] = (),
    shared: Sequence[Any] = (),
    chunk: int | None = None,
    working_set: int | None = None,
    varying_length: bool = False,
    devices: Sequence[Any] | None = None,
    progress: bool | str | Callable[[float], object] = False,
    directory: str | os.PathLike[str] | None = None,
) -> Any:
    """Call `fn(key, *mapped_i, *shared)` for each key and stack the results.

    The result of a replicate depends only on its own key and arguments: the chunk, the devices and
    the other replicates change it by no more than rounding.

    Args:
      fn: a JAX function that returns a pytree of arrays. Equal functions share one compiled
        program; a lambda that is created anew for each call is compiled for each call.
      keys: (replicates,) typed keys, as from `jax.random.split(key, replicates)`.
      mapped: pytrees of arrays with a leading (replicates,), such as a grid of learning rates.
      shared: pytrees passed whole to every replicate, such as the data.
      chunk: replicates mapped together on each device; None chooses by platform and
        `working_set`.
      working_set: bytes that one replicate reads and writes at every step, if known.
      varying_length: whether replicates may finish at different times, as with early stopping;
        a CPU then runs those of a chunk one by one, so that none waits for the others.
      devices: devices to use; None is all devices of the default platform, of all processes.
      progress: True or a label shows a progress bar on a terminal or in a notebook, and nothing in
        a log; a function is called with the share that is finished instead. Of several processes,
        the first alone shows it.
      directory: where finished chunks are saved. A run that was interrupted resumes when the same
        call is made with the same directory, even with another chunk or other devices; a chunk is
        believed only if its content is sound and of this run. One run at a time uses a directory.
        If chunks cannot be saved any more, a warning says so and the run goes on. Several
        processes share one directory, and a run may resume with another number of them.

    Returns:
      The pytree that `fn` returns, every leaf a NumPy array with a leading (replicates,) axis;
      typed keys come back as their raw data. Compiled, once for equal functions and shapes.

    Raises:
      InputError, InputTypeError: no keys, old-style keys, lengths that do not fit, or a directory
        that holds another run, is used by another process, or cannot be written to.

    Example:
      >>> import jax
      >>> import numpy as np
      >>> from jaxnn.replicate import replicate
      >>> def noisy(key, level):
      ...     return level + 0.01 * jax.random.normal(key)
      >>> keys = jax.random.split(jax.random.key(0), 3)
      >>> replicate(noisy, keys, mapped=(np.array([1.0, 2.0, 3.0]),)).round()
      array([1., 2., 3.], dtype=float32)
    """
    check_key(keys, "keys", batched=True)
    replicates = len(keys)
    if replicates < 1:
        raise InputError("keys is empty; pass at least one key.")
    _check_arguments(fn, mapped, shared, replicates)
    check_bool(varying_length, "varying_length")
    check_progress(progress)
    for name, value in (("chunk", chunk), ("working_set", working_set)):
        if value is not None:
            check_count(value, name)
    devices = all_devices() if devices is None else _checked_devices(devices)

    job = job_of(devices, jax.process_index)
    counts = Counter(device.process_index for device in devices)
    mine = [device for device in devices if device.process_index == jax.process_index()]
    mesh = Mesh(np.array(mine), ("replicates",))
    platform = devices[0].platform
    # As if a process were alone: so the number of processes changes no result.
    per_device = -(-replicates // max(counts.values()))
    if chunk is None:
        chunk = _chunk_size(platform, per_device, working_set)
    chunk = min(chunk, per_device)

    own, own_form = raw((keys, *mapped))
    common, common_form = raw(tuple(shared))
    call = Call(Identity(fn), own_form, common_form)
    # Side by side, all take as many steps as the slowest; one by one, none waits for another.
    run = _compiled(call, mesh, varying_length and platform == "cpu")
    with failures_told("fn", "a JAX function of (key, *mapped, *shared) that returns arrays"):
        one, structure = _one_result(run, own, common, chunk * len(mine), mesh)
    check_size(one, replicates)
    program = ""
    if directory is not None or job is not None:
        program = jax.jit(call).lower(*shapes_of_one(own, common)).as_text()
    shares = None
    if job is not None:
        arrays = {"keys": own[:1], "mapped": own[1:], "shared": common}
        settings = {
            "chunk": chunk,
            "varying_length": varying_length,
            "devices": [device.id for device in devices],
            "directory": directory is not None,
        }
        check_call(job, arrays, settings, program)
        shares = Shares(job, [counts[process] for process in sorted(counts)], chunk, one)
    store, first = None, job is None or job.index == 0
    if directory is not None:
        fingerprint = fingerprint_of([program, *own, *common])
        store = Store(directory, replicates, fingerprint, one, leader=first)

    block = chunk * len(devices)
    share = shares.of if shares is not None else lambda indices: indices
    together = nullcontext() if job is None else job.together()
    with together, ExitStack() as stack, Progress(first and progress, replicates) as bar:
        saved, missing = _begun(stack, store, job, replicates)
        stacked = Stacked(replicates)
        while saved:  # each is let go when it has been copied
            stacked.put(*saved.pop())
        bar.update(replicates - len(missing))
        blocks = [missing[start : start + block] for start in range(0, len(missing), block)]
        dispatch = _dispatcher(run, own, common, chunk * len(mine), mesh, share)
        for indices, outcome in _dispatch_ahead(dispatch, blocks):
            part = share(indices)
            leaves = [np.asarray(leaf)[: len(part)] for leaf in jax.tree.leaves(outcome)]
            if store is not None and len(part):
                store.save(part, leaves)
            if shares is not None:
                leaves = shares.gather(indices, leaves)
            stacked.put(indices, leaves)
            bar.update(len(indices))
    return jax.tree.unflatten(structure, stacked.leaves)


def _begun(
    stack: ExitStack, store: Store | None, job: Job | None, replicates: int
) -> tuple[list[tuple[np.ndarray, list[np.ndarray]]], np.ndarray]:
    """The results that a store holds, which is entered, and the replicates that are missing."""
    if store is None:
        return [], np.arange(replicates)
    if job is None:
        return stack.enter_context(store).finished()
    return enter_together(job, store, stack)


def _dispatcher(
    run: Callable[..., Any],
    own: Sequence[np.ndarray],
    common: Sequence[np.ndarray],
    size: int,
    mesh: Mesh,
    share: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], tuple[np.ndarray, Any]]:
    """A function that sends the share of a block to the devices and returns both with results."""
    split = NamedSharding(mesh, PartitionSpec("replicates"))
    on_all = jax.device_put(common, NamedSharding(mesh, PartitionSpec()))

    def dispatch(indices: np.ndarray) -> tuple[np.ndarray, Any]:
        part = share(indices)
        if not len(part):  # a last block that is too small for this process
            return indices, None
        # The last block is filled with repeats of its first replicate, dropped on arrival.
        filled = np.concatenate([part, np.full(size - len(part), part[0])])
        rows = jax.device_put([leaf[filled] for leaf in own], split)
        return indices, run(rows, on_all)

    return dispatch


def _one_result(
    run: Callable[..., Any],
    own: Sequence[np.ndarray],
    common: Sequence[np.ndarray],
    block: int,
    mesh: Mesh,
) -> tuple[list[Any], Any]:
    """The shapes and dtypes of the result of one replicate, and its tree, before it is computed.

    The program is traced with the shardings that it will be called with, so it is traced once.
    """
    split, whole = (NamedSharding(mesh, PartitionSpec(*axis)) for axis in (("replicates",), ()))
    rows, shared = shapes_of_one(own, common)
    results = run.eval_shape(  # type: ignore[attr-defined]  # which a compiled function has
        [jax.ShapeDtypeStruct((block, *x.shape), x.dtype, sharding=split) for x in rows],
        [jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=whole) for x in shared],
    )
    leaves, structure = jax.tree.flatten(results)
    return [jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype) for leaf in leaves], structure


@lru_cache(maxsize=128)
def _compiled(call: Call, mesh: Mesh, one_by_one: bool) -> Callable[..., Any]:
    """The program that calls a chunk of replicates on every device of a mesh."""

    def on_one_device(own: list[Array], common: list[Array]) -> Any:
        if one_by_one or len(own[0]) == 1:
            return lax.map(lambda rows: call(rows, common), own)
        return jax.vmap(call, in_axes=(0, None))(own, common)

    split, whole = PartitionSpec("replicates"), PartitionSpec()
    return jax.jit(
        jax.shard_map(
            on_one_device,
            mesh=mesh,
            in_specs=(split, whole),
            out_specs=split,
            check_vma=False,  # functions with custom derivatives do not carry that annotation
        ),
        compiler_options=CPU_OPTIONS if mesh.devices.flat[0].platform == "cpu" else None,
    )


def _chunk_size(platform: str, per_device: int, working_set: int | None) -> int:
    """The number of replicates that a device maps together if the caller gives none."""
    memory, most = (CPU_CACHE, CPU_CHUNK) if platform == "cpu" else (GPU_MEMORY, GPU_CHUNK)
    if working_set is not None:
        most = min(max(memory // working_set, 1), most)
    # The nearby size that fills the last chunk best.
    near = range(-(-most // 2), most + most // 2 + 1)
    return min(near, key=lambda size: (math.ceil(per_device / size) * size, abs(size - most)))


def _dispatch_ahead(
    dispatch: Callable[[np.ndarray], tuple[np.ndarray, Any]], blocks: Sequence[np.ndarray]
) -> Iterator[tuple[np.ndarray, Any]]:
    """What `dispatch` returns for each block in order, with `IN_FLIGHT` blocks dispatched ahead."""
    waiting: deque[tuple[np.ndarray, Any]] = deque()
    for block in blocks:
        waiting.append(dispatch(block))
        if len(waiting) == IN_FLIGHT:
            yield waiting.popleft()
    yield from waiting


def two_keys_each(key: Array, replicates: int) -> tuple[Array, Array]:
    """Two keys for each replicate: those of `jax.random.split(key, (replicates, 2))`.

    Args:
      key: a typed JAX key.
      replicates: their number, at least 1.

    Returns:
      The first and the second key of each, (replicates,) both. Compiled, in a quarter of the time
      that the first call of `jax.random.split` takes.

    Raises:
      InputError, InputTypeError: no typed key, or no number of replicates.
    """
    check_key(key)
    check_count(replicates, "replicates")
    return _two_keys_each(key, replicates)


@partial(jax.jit, static_argnames="replicates", compiler_options=RUN_ONCE)
def _two_keys_each(key: Array, replicates: int) -> tuple[Array, Array]:
    # As raw data: to JAX's check of keys, a part of an array of keys would be all of it.
    pairs = jax.random.key_data(jax.random.split(key, (replicates, 2)))
    wrap = partial(jax.random.wrap_key_data, impl=jax.random.key_impl(key))
    return wrap(pairs[:, 0]), wrap(pairs[:, 1])


def _checked_devices(devices: Any) -> list[Any]:
    array = isinstance(devices, np.ndarray) and devices.dtype == object and devices.ndim == 1
    listed = list(devices) if array or isinstance(devices, tuple | list) else [None]
    if not listed:
        raise InputError("devices is empty; pass at least one device, or None for all.")
    if not all(isinstance(device, jax.Device) for device in listed):
        raise InputTypeError(f"devices is {shown(devices)}; pass a list such as jax.devices().")
    if len(set(listed)) < len(listed):
        raise InputError(f"devices is {shown(devices)}; pass each device once.")
    return listed


def _check_arguments(
    fn: Callable[..., Any], mapped: Sequence[Any], shared: Sequence[Any], replicates: int
) -> None:
    if not callable(fn):
        raise InputTypeError(f"fn is a {type(fn).__name__}; pass a function of a key.")
    for name, given in (("mapped", mapped), ("shared", shared)):
        if not isinstance(given, tuple | list):
            raise InputTypeError(f"{name} is a {type(given).__name__}; pass a tuple of arguments.")
        for leaf in jax.tree.leaves(tuple(given)):
            kind = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
            numeric = any(jnp.issubdtype(kind, wanted) for wanted in (np.number, np.bool_))
            if not numeric and not is_key(leaf):
                raise InputTypeError(
                    f"{name} holds a {type(leaf).__name__}; pass arrays of numbers, and fix "
                    "anything else in fn with functools.partial."
                )
    for leaf in jax.tree.leaves(tuple(mapped)):
        if np.ndim(leaf) == 0 or np.shape(leaf)[0] != replicates:
            raise InputError(
                f"mapped holds an array of shape {np.shape(leaf)}; pass arrays with a leading axis "
                f"of length {replicates}, the number of keys."
            )
