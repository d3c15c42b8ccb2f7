"""Does the tracer cost what it should: compiled as JAX's own derivative, alone as NumPy?"""

import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

ROOT = Path(tracer.__file__).resolve().parents[2]


def loss(xp, activation):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(303, 13)), rng.integers(0, 2, 303) * 1.0

    def of(params):
        h = x
        for w, b in params[:-1]:
            h = activation(xp, h @ w + b)
        z = (h @ params[-1][0] + params[-1][1])[:, 0]
        return xp.mean(xp.logaddexp(z, 0.0) - y * z)

    return of


PARAMS = [(np.ones((m, n)) / m, np.zeros(n)) for m, n in ((13, 64), (64, 64), (64, 1))]


def gradient(library, f):
    return lambda p, t: library.grad(f)(p)


def hessian_vector_product(library, f):
    return lambda p, t: library.jvp(library.grad(f), (p,), (t,))[1]


@pytest.mark.parametrize("derivative", [gradient, hessian_vector_product])
@pytest.mark.parametrize(
    "activation",
    [lambda xp, z: xp.tanh(z), lambda xp, z: xp.where(z > 0, z, 0.0)],
    ids=["tanh", "relu"],
)
def test_the_compiled_program_costs_what_jax_s_costs(derivative, activation):
    """Timing is noise here; XLA's own count of operations and of memory traffic is not."""

    def compiled(library, xp):
        program = jax.jit(derivative(library, loss(xp, activation))).lower(PARAMS, PARAMS).compile()
        return program.cost_analysis(), program(PARAMS, PARAMS)

    (mine, found), (theirs, expected) = compiled(tracer, tnp), compiled(jax, jnp)
    assert theirs["flops"] > 1e6
    assert mine["flops"] < 1.02 * theirs["flops"]
    assert mine["bytes accessed"] < 1.02 * theirs["bytes accessed"]
    jax.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-14), found, expected
    )


def test_a_step_of_a_long_chain_takes_microseconds():
    def chain(x):
        for _ in range(20_000):
            x = tnp.sin(x)
        return x

    tracer.grad(chain)(0.5)
    start = time.process_time()
    tracer.grad(chain)(0.5)
    assert (time.process_time() - start) / 20_000 < 50e-6  # about 9 on an idle machine


def test_without_jax_everything_but_the_referee_works():
    script = f"""
import sys, types
sys.modules["jax"] = None  # importing it fails
package = types.ModuleType("jaxnn")
package.__path__ = [{str(ROOT / "jaxnn")!r}]
sys.modules["jaxnn"] = package
import jaxnn.tracer as tracer
from jaxnn.tracer import numpy as tnp
f = lambda x: tnp.sum(tnp.tanh(x) ** 2)
x = tnp.ones(2)
print(tracer.hessian(f)(x).shape, len(tracer.trace_table(f, x).rows),
      tracer.count_operations(f, x).total, tracer.computational_graph(f, x).to_dot()[:7])
try:
    tracer.from_jax
except ImportError as error:
    print("no JAX")
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == ["(2, 2) 4 5 digraph", "no JAX"]
