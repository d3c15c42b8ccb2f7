"""Which of NumPy's functions can be differentiated?

Those of the modules beside this one, under NumPy's names and with NumPy's arguments, and a few that
networks need beside them: relu, sigmoid, softplus, log_sigmoid, logsumexp, softmax, log_softmax,
and special functions by their names in SciPy (erf, erfc, expit, logit, xlogy, gammaln, ...).
On JAX arrays they all run on jax.numpy.

    elementwise.py   sin, exp, where, power, relu, ...; comparisons and rounding
    arrays.py        shapes, axes; joining, cutting and moving entries
    reductions.py    sum, max, mean, logsumexp, cumsum, sort, ...
    products.py      matmul, dot, tensordot, einsum, ...
    arguments.py     NumPy's arguments, by place and by name
    linalg.py        norm, solve, inv, pinv, matrix_power, det, slogdet, svdvals

Any other name is NumPy's own (`pi`, `arange`, `float64`, `random`): it takes no traced value.

Not here: complex numbers, in-place and `out=` arguments, eigenvalues, singular vectors, FFT,
convolution, percentiles.
"""

from inspect import isfunction as _isfunction
from typing import Any

import numpy as _np

from jaxnn.tracer.numpy import linalg as linalg
from jaxnn.tracer.numpy.arguments import as_numpy_takes_them, in_sentences

# This package is a namespace like NumPy's: it holds every public name of these modules.
from jaxnn.tracer.numpy.arrays import *  # noqa: F403
from jaxnn.tracer.numpy.elementwise import *  # noqa: F403
from jaxnn.tracer.numpy.products import *  # noqa: F403
from jaxnn.tracer.numpy.reductions import *  # noqa: F403
from jaxnn.tracer.special import *  # noqa: F403

for _name, _function in list(globals().items()):
    if _isfunction(_function) and hasattr(_np, _name):
        globals()[_name] = as_numpy_takes_them(_function, getattr(_np, _name))
    elif _name in ("softmax", "log_softmax", "logsumexp", "polygamma"):
        globals()[_name] = in_sentences(_function)


def __getattr__(name: str) -> Any:
    return getattr(_np, name)
