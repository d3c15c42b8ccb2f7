"""Working calls of `jaxnn.replicate`."""

import tempfile

import jax
import numpy as np

from jaxnn.replicate import available_cores, replicate, use_all_cores
from tests.hostile.calls import Call


def noisy(key, level, slope):
    return level * slope + jax.random.normal(key)


def calls():
    return {
        "fn": noisy,
        "keys": jax.random.split(jax.random.key(0), 3),
        "mapped": (np.arange(3.0),),
        "shared": (np.float32(2.0),),
        "chunk": 2,
        "working_set": 100,
        "varying_length": False,
        "devices": jax.devices()[:1],
        "progress": False,
        "directory": None,
    }


CALLS = {
    "replicate": lambda: Call(replicate, calls(), slow=True, nan_passes=("mapped", "shared", "fn")),
    "replicate.directory": lambda: Call(
        replicate,
        {
            "fn": noisy,
            "keys": jax.random.split(jax.random.key(0), 3),
            "mapped": (np.arange(3.0),),
            "shared": (np.float32(2.0),),
            "directory": tempfile.mkdtemp(),
        },
        slow=True,
        nan_passes=("mapped", "shared", "fn"),
    ),
    "use_all_cores": lambda: Call(use_all_cores, {"count": 2}),
    "available_cores": lambda: Call(available_cores, {}),
}
