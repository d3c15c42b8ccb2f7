"""What do all tests share? Two devices, strict shapes, keys that are used once, small fixtures.

Warnings are errors by the settings in pyproject.toml. A key that is used twice raises, so a test
of reproducibility makes its key twice: `jax.random.key(0)` and `jax.random.key(0)`.
"""

import contextlib
import dataclasses
import fcntl
import os
from pathlib import Path

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, Fit, History, Layer, Recipe, fit, replicate
from jaxnn.bootstrap import Bootstrap
from jaxnn.regularizers import acting
from jaxnn.tables import Scaling

# Before the first computation, after which the backend is fixed.
replicate.compile_quickly()
# Most programs of many replicates run briefly here too; only long runs ask for optimisations.
OPTIMIZED, replicate.CPU_OPTIONS = replicate.CPU_OPTIONS, None
jax.config.update("jax_num_cpu_devices", 2)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_debug_key_reuse", True)

# Compilation dominates most tests, so the time per example means little. Every run tries the same
# examples, so that a failure is due to a change; HYPOTHESIS_PROFILE=many looks for new ones.
hypothesis.settings.register_profile(
    "few",
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "many", hypothesis.settings.get_profile("few"), max_examples=500, derandomize=False
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled programs in one folder, for the other workers and for later runs.

    Even in the first run a worker finds what another has compiled. `pytest --cache-clear` empties
    the folder.
    """
    cache = getattr(config, "cache", None)
    if cache is not None:
        jax.config.update("jax_compilation_cache_dir", str(cache.mkdir("xla")))
        # Keep small programs too: most are small, and together they take the most time.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@pytest.fixture(autouse=True, scope="module")
def few_mappings():
    """Let compiled programs go before their mappings of memory reach the system's limit, 65,530."""
    yield
    mappings = Path("/proc/self/maps")
    if mappings.exists() and mappings.read_bytes().count(b"\n") > 30_000:
        jax.clear_caches()


@pytest.fixture(scope="session")
def optimized():
    """optimized() -> a context in which `replicate` optimises its programs, for long runs."""

    @contextlib.contextmanager
    def optimized():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(replicate, "CPU_OPTIONS", OPTIMIZED)
            yield

    return optimized


@pytest.fixture
def key() -> jax.Array:
    """A key that nothing has used; hypothesis tests make their own from a seed."""
    return jax.random.key(20240229)


@pytest.fixture(scope="session")
def small_rows() -> tuple[np.ndarray, np.ndarray]:
    """X (17, 3) and y (17,) of a linear model without noise; copy X before changing it."""
    X = np.random.default_rng(0).normal(size=(17, 3))
    return X, X @ np.array([2.0, -1.0, 0.5]) + 4


@pytest.fixture(scope="session")
def small_network() -> MLP:
    """Three inputs, two hidden units, one quantitative output."""
    return MLP((3, 2, 1))


@pytest.fixture(scope="session")
def small_fits(small_rows, small_network) -> Fit:
    """Three short fits of the small network to the small rows, stacked."""
    X, y = small_rows
    fit_one = jax.vmap(lambda key: fit(key, small_network, X, y, Recipe(epochs=3)))
    return fit_one(jax.random.split(jax.random.key(0), 3))


@pytest.fixture(scope="session")
def arbitrary_refits():
    """arbitrary_refits(net, columns, rows, refits) -> a `Bootstrap` of networks never trained."""

    def arbitrary_refits(net, columns, rows, refits, *, seed=0, dtype=np.float32):
        rng = np.random.default_rng(seed)

        def normal(*shape):
            return rng.normal(size=(refits, *shape)).astype(dtype)

        sizes = list(zip(net.sizes[:-1], net.sizes[1:], strict=True))
        layers = tuple(Layer(normal(*size), normal(size[1])) for size in sizes)
        scaling = Scaling(*np.ones((2, refits, columns), np.float32))
        history = History(np.zeros((refits, 5), np.int32), normal(5), normal(5))
        epochs, finite, by = np.full((refits,), 5), np.full((refits,), -1), np.zeros(refits, int)
        drawn = rng.multinomial(rows, np.full(rows, 1 / rows), size=refits).astype(np.uint8)
        fits = Fit(layers, scaling, history, normal(), epochs, finite, by)
        return Bootstrap(fits, drawn, finite >= 0)

    return arbitrary_refits


NOISE_PLACES = ("features", "targets", "weights", "hidden")


@pytest.fixture
def recorded():
    """recorded(regularizers) -> the same regularisers, and a dict of what they do in each step.

    The dict has a list of pairs (given, changed) for each place and kind of regulariser, and for
    places in several layers one for each number of units or shape of weights. What is noted of
    hidden units is what would become of ones.
    """

    def recorded(regularizers):
        notes = {}

        def noted(kind, place):
            def method(self, key, given):
                changed = getattr(kind, place)(self, key, given)
                shape = given.shape if place == "weights" else given.shape[:1]
                pairs = notes.setdefault((kind.__name__, place, shape), [])

                pair = given, changed
                if place == "hidden":
                    ones = jnp.ones_like(given)
                    pair = ones, getattr(kind, place)(self, jax.random.clone(key), ones)

                def note(*pair):
                    floats = [np.array(bits).view(given.dtype) for bits in pair]
                    pairs.append([array.reshape(given.shape) for array in floats])

                # As bits: the thread that is called back would round numbers to 32 of them.
                jax.debug.callback(
                    note, *(jax.lax.bitcast_convert_type(array, "uint32") for array in pair)
                )
                return changed

            return method

        def noting(entry):
            kind = type(entry)
            places = [place for place in NOISE_PLACES if acting((entry,), place)]
            if not places:
                return entry
            watched = type(kind.__name__, (kind,), {place: noted(kind, place) for place in places})
            return watched(**{f.name: getattr(entry, f.name) for f in dataclasses.fields(entry)})

        return tuple(map(noting, regularizers)), notes

    return recorded


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, testrun_uid):
    """made_once(name, make) -> a folder that `make(folder)` has filled, once for all workers.

    The first worker that asks fills it; the others wait and read.
    """

    def made_once(name, make):
        base = tmp_path_factory.getbasetemp()
        if "PYTEST_XDIST_WORKER" in os.environ:
            base = base.parent  # of all workers
        parent = base / f"shared-{testrun_uid}"
        parent.mkdir(exist_ok=True)
        folder = parent / name
        with open(parent / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "complete").exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                (folder / "complete").touch()
        return folder

    return made_once
