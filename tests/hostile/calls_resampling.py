"""Working calls of `jaxnn.resampling`."""

import jax

from jaxnn.resampling import multiplicities
from tests.hostile.calls import Call

CALLS = {
    "multiplicities": lambda: Call(multiplicities, {"key": jax.random.key(0), "rows": 5}),
}
