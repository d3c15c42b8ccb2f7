"""Is compilation counted, inside the block only?"""

import jax
import jax.numpy as jnp

from experiments.shared.compile_time import compiling


def test_compilation_is_counted_inside_the_block_only():
    with compiling() as account:
        jax.jit(lambda x: jnp.sin(x) @ jnp.cos(x) + 17.0)(jnp.ones((3, 3))).block_until_ready()
    assert account.programs >= 1
    assert account.seconds > 0
    programs = account.programs
    jax.jit(lambda x: x - 18.0)(jnp.ones(4)).block_until_ready()
    assert account.programs == programs
