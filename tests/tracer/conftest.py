"""The tracer works in float64; so does JAX while it is compared with, and only then."""

import jax
import pytest


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True), jax.numpy_rank_promotion("allow"):
        yield
