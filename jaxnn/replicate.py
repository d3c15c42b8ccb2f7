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
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxnn.chunk_store import Store, fingerprint_of
from jaxnn.errors import InputError, InputTypeError, check_count, check_key
from jaxnn.progress import Progress
from jaxnn.stacked_results import Stacked, check_size

CPU_CACHE = 2**18  # bytes of working set that stay close to a CPU core: about half of its L2 cache
CPU_CHUNK = 8  # more replicates side by side than this are no faster on a core
GPU_MEMORY = 2**31  # bytes of working set for one chunk on a GPU
GPU_CHUNK = 1024
# XLA has vectorised its loops before LLVM sees them, so at this lower level programs compile a
# fifth faster and run equally fast.
CPU_OPTIONS = {"xla_backend_optimization_level": 1}
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
    try:
        jax.config.update("jax_num_cpu_devices", count)
    except RuntimeError:
        running = jax.device_count("cpu")
        if running != count:
            raise InputError(
                f"count is {count}, but JAX has already started with {running} CPU devices; call "
                "use_all_cores() before the first JAX computation."
            ) from None
    return count


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
      devices: devices to use; None is all devices of the default platform, on all hosts.
      progress: True or a label shows a progress bar on a terminal or in a notebook, and nothing in
        a log; a function is called with the share that is finished instead.
      directory: where finished chunks are saved. A run that was interrupted resumes when the same
        call is made with the same directory, even with another chunk or other devices; a chunk is
        believed only if its content is sound and of this run. One run at a time uses a directory.
        If chunks cannot be saved any more, a warning says so and the run goes on. Only a run in a
        single process can be saved.

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
    for name, value in (("chunk", chunk), ("working_set", working_set)):
        if value is not None:
            check_count(value, name)
    devices = jax.devices() if devices is None else _checked_devices(devices)

    mesh = Mesh(np.array(devices), ("replicates",))
    platform = devices[0].platform
    per_device = -(-replicates // mesh.size)
    if chunk is None:
        chunk = _chunk_size(platform, per_device, working_set)
    block = min(chunk, per_device) * mesh.size

    own, own_form = _raw((keys, *mapped))
    common, common_form = _raw(tuple(shared))
    call = _Call(_Identity(fn), own_form, common_form)
    # Side by side, all take as many steps as the slowest; one by one, none waits for another.
    run = _compiled(call, mesh, varying_length and platform == "cpu")
    one, structure = _one_result(run, own, common, block, mesh)
    check_size(one, replicates)
    store = None if directory is None else _store(directory, replicates, call, own, common, one)
    with store or nullcontext(), Progress(progress, replicates) as bar:
        saved, missing = ([], np.arange(replicates)) if store is None else store.finished()
        stacked = Stacked(replicates)
        while saved:  # each is let go when it has been copied
            stacked.put(*saved.pop())
        bar.update(replicates - len(missing))
        blocks = [missing[start : start + block] for start in range(0, len(missing), block)]
        dispatch = _dispatcher(run, own, common, block, mesh)
        for indices, outcome in _dispatch_ahead(dispatch, blocks):
            leaves = [leaf[: len(indices)] for leaf in jax.tree.leaves(_fetch(outcome, mesh))]
            if store is not None:
                store.save(indices, leaves)
            stacked.put(indices, leaves)
            bar.update(len(indices))
    return jax.tree.unflatten(structure, stacked.leaves)


def _store(
    directory: str | os.PathLike[str],
    replicates: int,
    call: _Call,
    own: Sequence[np.ndarray],
    common: Sequence[np.ndarray],
    result: Sequence[Any],
) -> Store:
    """The store of a run, whose fingerprint is its program and everything it is called with."""
    if jax.process_count() > 1:
        raise InputError(
            f"directory is {str(directory)!r}, but there are {jax.process_count()} processes; only "
            "a run in one process can resume."
        )
    program = jax.jit(call).lower(*_one_call(own, common)).as_text()
    return Store(directory, replicates, fingerprint_of([program, *own, *common]), result)


def _dispatcher(
    run: Callable[..., Any],
    own: Sequence[np.ndarray],
    common: Sequence[np.ndarray],
    block: int,
    mesh: Mesh,
) -> Callable[[np.ndarray], tuple[np.ndarray, Any]]:
    """A function that sends replicates to the devices and returns them with their results."""
    split = NamedSharding(mesh, PartitionSpec("replicates"))
    on_all = jax.device_put(common, NamedSharding(mesh, PartitionSpec()))

    def dispatch(indices: np.ndarray) -> tuple[np.ndarray, Any]:
        # The last block is filled with repeats of its first replicate, dropped on arrival.
        filled = np.concatenate([indices, np.full(block - len(indices), indices[0])])
        rows = jax.device_put([leaf[filled] for leaf in own], split)
        return indices, run(rows, on_all)

    return dispatch


class _Identity:
    """A function with an equality under which equal partials of one function are equal."""

    def __init__(self, fn: Callable[..., Any]):
        self.fn = fn
        self.parts: Any = fn
        if isinstance(fn, partial):
            # With types: 1 and 1.0 are equal, but give different programs.
            values = [*enumerate(fn.args), *sorted(fn.keywords.items())]
            arguments = tuple((name, type(value), value) for name, value in values)
            self.parts = (_Identity(fn.func), arguments)
        try:
            hash(self.parts)
        except TypeError:
            self.parts = id(fn)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.parts == other.parts


class _Form(NamedTuple):
    """How arguments are rebuilt from raw arrays: the tree, and the implementation of each key."""

    structure: Any
    key_kinds: tuple[str | None, ...]

    def build(self, leaves: Sequence[Any]) -> Any:
        return self.structure.unflatten(
            leaf if kind is None else jax.random.wrap_key_data(leaf, impl=kind)
            for leaf, kind in zip(leaves, self.key_kinds, strict=True)
        )


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _raw(tree: Any) -> tuple[list[np.ndarray], _Form]:
    """The leaves of a tree as NumPy arrays, keys as their data, and how to rebuild the tree."""
    leaves, structure = jax.tree.flatten(tree)
    kinds = tuple(str(jax.random.key_impl(leaf)) if _is_key(leaf) else None for leaf in leaves)
    data = [np.asarray(jax.random.key_data(x) if _is_key(x) else x) for x in leaves]
    return data, _Form(structure, kinds)


@dataclass(frozen=True)
class _Call:
    """One replicate as a function of raw arrays: its own ones and those shared by all."""

    identity: _Identity
    own: _Form
    common: _Form

    def __call__(self, own: Sequence[Any], common: Sequence[Any]) -> Any:
        result = self.identity.fn(*self.own.build(own), *self.common.build(common))
        return jax.tree.map(lambda x: jax.random.key_data(x) if _is_key(x) else x, result)


def _one_call(own: Sequence[np.ndarray], common: Sequence[Any]) -> tuple[Any, Any]:
    """The shapes and dtypes of the arguments of one replicate."""
    rows = [jax.ShapeDtypeStruct(x.shape[1:], jnp.result_type(x)) for x in own]
    return rows, [jax.ShapeDtypeStruct(x.shape, jnp.result_type(x)) for x in common]


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
    rows, shared = _one_call(own, common)
    results = run.eval_shape(  # type: ignore[attr-defined]
        [jax.ShapeDtypeStruct((block, *x.shape), x.dtype, sharding=split) for x in rows],
        [jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=whole) for x in shared],
    )
    leaves, structure = jax.tree.flatten(results)
    return [jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype) for leaf in leaves], structure


@lru_cache(maxsize=128)
def _compiled(call: _Call, mesh: Mesh, one_by_one: bool) -> Callable[..., Any]:
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


def _fetch(outcome: Any, mesh: Mesh) -> Any:
    """Results as NumPy arrays, gathered from all hosts."""
    if mesh.is_multi_process:
        from jax.experimental import multihost_utils

        return multihost_utils.process_allgather(outcome, tiled=True)
    return jax.tree.map(np.asarray, outcome)


def _checked_devices(devices: Any) -> list[Any]:
    listed = list(devices) if isinstance(devices, Sequence | np.ndarray) else [devices]
    if not listed:
        raise InputError("devices is empty; pass at least one device, or None for all.")
    if not isinstance(devices, Sequence | np.ndarray) or not all(
        isinstance(device, jax.Device) for device in listed
    ):
        raise InputTypeError(f"devices is {devices!r}; pass a list such as jax.devices().")
    if len(set(listed)) < len(listed):
        raise InputError(f"devices is {devices!r}; pass each device once.")
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
            if not numeric and not _is_key(leaf):
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
