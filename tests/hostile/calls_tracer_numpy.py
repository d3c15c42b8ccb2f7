"""Working calls of `jaxnn.tracer.numpy`: NumPy's functions, which may refuse in NumPy's words.

What only the tracer has (relu, softmax, erf, ...), and everything that is called with a traced
value, answers in a sentence of its own.
"""

from typing import Any

import numpy as np

from jaxnn import tracer
from jaxnn.tracer import numpy as tnp
from tests.hostile.calls import Call

MODULE = "jaxnn.tracer.numpy"
X = np.array([[0.1, 0.2, 0.3], [0.4, 0.6, 0.8]])
Y = np.array([[0.9, 0.7, 0.5], [0.3, 0.15, 0.05]])
SQUARE = np.array([[2.0, 1.0], [0.5, 3.0]])

NAMES = {
    "of one array": """
        abs absolute arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj conjugate
        cos cosh deg2rad degrees digamma entr erf erfc erfinv exp exp2 expit expm1 fabs
        floor gammaln isfinite isinf isnan log log10 log1p log2 log_sigmoid logical_not
        logit negative positive rad2deg radians real reciprocal relu rint sigmoid sign sin
        sinh softplus sqrt square tan tanh trunc copy ravel atleast_1d atleast_2d ndim shape
        size argsort asarray array column_stack hstack vstack fliplr flipud ones_like
        zeros_like linalg.svdvals
    """,
    "of two arrays": """
        add allclose arctan2 array_equal divide divmod equal float_power floor_divide fmod
        greater greater_equal heaviside hypot inner kron less less_equal logaddexp
        logaddexp2 logical_and logical_or logical_xor maximum minimum mod multiply not_equal
        outer pow power remainder subtract true_divide vdot xlog1py xlogy
    """,
    "along an axis": """
        all amax amin any argmax argmin count_nonzero log_softmax logsumexp max mean median
        min nanmax nanmean nanmin nanprod nansum prod ptp softmax std sum var cumsum cumprod
        sort
    """,
}
OF_ONE, OF_TWO, REDUCTIONS = (names.split() for names in NAMES.values())
OTHERS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "append": ((X, X), {"axis": 0}),
    "around": ((X,), {"decimals": 1}),
    "array_split": ((X, 2), {"axis": 1}),
    "astype": ((X, np.float32), {}),
    "average": ((X,), {"axis": 1, "weights": np.arange(1.0, 4.0)}),
    "broadcast_to": ((X[0], (2, 3)), {}),
    "clip": ((X, 0.2, 0.5), {}),
    "concatenate": (([X, X],), {"axis": 1}),
    "diag": ((SQUARE,), {"k": 0}),
    "diagonal": ((SQUARE,), {"offset": 0, "axis1": 0, "axis2": 1}),
    "diff": ((X,), {"n": 1, "axis": 0}),
    "dot": ((X, X.T), {}),
    "einsum": (("ij,kj->ik", X, X), {}),
    "expand_dims": ((X,), {"axis": 0}),
    "flip": ((X,), {"axis": 0}),
    "full_like": ((X, 2.0), {}),
    "hsplit": ((X, 3), {}),
    "linalg.det": ((SQUARE,), {}),
    "linalg.inv": ((SQUARE,), {}),
    "linalg.matrix_power": ((SQUARE, 2), {}),
    "linalg.norm": ((X,), {"ord": 2, "axis": 1, "keepdims": True}),
    "linalg.pinv": ((SQUARE,), {}),
    "linalg.slogdet": ((SQUARE,), {}),
    "linalg.solve": ((SQUARE, SQUARE), {}),
    "matmul": ((X, X.T), {}),
    "moveaxis": ((X, 0, 1), {}),
    "nan_to_num": ((X,), {"nan": 0.0, "posinf": 1.0, "neginf": 2.0}),
    "pad": ((X, 1), {"constant_values": 2.0}),
    "polygamma": ((1, X), {}),
    "repeat": ((X, 2), {"axis": 1}),
    "reshape": ((X, (3, 2)), {"order": "C"}),
    "roll": ((X, 1), {"axis": 0}),
    "rot90": ((X,), {"k": 1, "axes": (0, 1)}),
    "round": ((X,), {"decimals": 1}),
    "split": ((X, 3), {"axis": 1}),
    "squeeze": ((X[None],), {"axis": 0}),
    "stack": (([X, X],), {"axis": 0}),
    "swapaxes": ((X, 0, 1), {}),
    "take": ((X, [1, 0]), {"axis": 0}),
    "take_along_axis": ((X, np.array([[0], [1]])), {"axis": 1}),
    "tensordot": ((X, X.T), {"axes": 1}),
    "tile": ((X, (2, 1)), {}),
    "trace": ((SQUARE,), {"offset": 0, "axis1": 0, "axis2": 1}),
    "transpose": ((X,), {"axes": (1, 0)}),
    "tril": ((X,), {"k": 0}),
    "triu": ((X,), {"k": 0}),
    "vsplit": ((X, 2), {}),
    "where": ((X > 0.3, X, Y), {}),
}
EXAMPLES = {
    **{name: ((X,), {}) for name in OF_ONE},
    **{name: ((X, Y), {}) for name in OF_TWO},
    **{name: ((X,), {"axis": 1}) for name in REDUCTIONS},
    **OTHERS,
}


def found(module: Any, name: str) -> Any:
    """A function by its name, such as "linalg.norm"; None if there is none."""
    for part in name.split("."):
        module = getattr(module, part, None)
    return module


def called(name: str, *, traced: bool) -> Call:
    """A call with arrays, or with the first array traced and the other arguments replaced."""
    args, options = EXAMPLES[name]
    arguments = {f"argument {place}": value for place, value in enumerate(args)} | options
    by_place = tuple(f"argument {place}" for place in range(len(args)))
    function, like = found(tnp, name), found(np, name)
    words = dict.fromkeys(
        arguments,
        (
            name.rpartition(".")[2],
            str(like and like.__name__),
            "input",
            "function",
            "n",
            "order",
            "scalar",
        ),
    )
    settings = {
        "arrays": by_place,
        "nan_passes": tuple(arguments),
        "errors": (TypeError, ValueError, NotImplementedError, IndexError),
        "like": like,
        "users": tuple(arguments),
        "words": words,
    }
    if not traced:
        return Call(function, arguments, **settings)
    place = next(k for k, value in enumerate(args) if isinstance(value, np.ndarray | list))
    del arguments[by_place[place]]
    others = by_place[:place] + by_place[place + 1 :]

    def with_traced(*rest: Any, **options: Any) -> Any:
        def of_first(x: Any) -> Any:
            return function(*rest[:place], x, *rest[place:], **options)

        return tracer.vjp(of_first, args[place])[0]

    def with_plain(*rest: Any, **options: Any) -> Any:
        return like(*rest[:place], args[place], *rest[place:], **options)

    return Call(
        with_traced, arguments, **settings | {"arrays": others, "like": like and with_plain}
    )


CALLS = {
    **{name: lambda name=name: called(name, traced=False) for name in EXAMPLES},
    **{
        f"{name} of a traced value": lambda name=name: called(name, traced=True)
        for name, (args, options) in EXAMPLES.items()
        if len(args) + len(options) > 1
    },
}
