"""What every test runs under: two devices, strict shapes, keys that are used once.

Warnings are errors by the settings in pyproject.toml. A key that is used twice raises, so a test
of reproducibility makes its key twice: `jax.random.key(0)` and `jax.random.key(0)`.
"""

import fcntl
import os

import hypothesis
import jax
import pytest

# Before the first computation, after which the number of devices is fixed.
jax.config.update("jax_num_cpu_devices", 2)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_debug_key_reuse", True)

# Compiling dwarfs most tests, so time per example says nothing.  The same examples are tried every
# time, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=many looks for new ones.
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
    """Keep compiled programs, for the other workers and for later runs of the tests.

    Each worker finds in this one folder what another has compiled, from the first run on.
    (`pytest --cache-clear` forgets it all.)
    """
    cache = getattr(config, "cache", None)
    if cache is not None:
        jax.config.update("jax_compilation_cache_dir", str(cache.mkdir("xla")))
        # Small programs too: most are, and together they take longest.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@pytest.fixture
def key() -> jax.Array:
    """A key that nothing has used; hypothesis tests make their own from a seed."""
    return jax.random.key(20240229)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, testrun_uid):
    """made_once(name, make) -> a folder that `make(folder)` has filled, once for all workers.

    The first worker that asks fills it; the others wait and read.
    """

    def made_once(name, make):
        parent = tmp_path_factory.getbasetemp().parent / f"shared-{testrun_uid}"
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
