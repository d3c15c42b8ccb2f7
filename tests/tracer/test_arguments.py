"""Do NumPy's arguments mean the same here, by place and by name, or are they refused?"""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn.tracer as tracer
import jaxnn.tracer.numpy as tnp

X = np.random.default_rng(0).normal(size=(3, 4))
SQUARE, OUT = X[:, :3], np.zeros(4)
MASKED = np.ma.masked_greater(np.arange(3.0), 1.0)
ENORMOUS = np.broadcast_to(np.float32(1.0), (2**40,))
AGREEING = {
    "mean": [((X, 0), {}), ((X, 0, None, None, True), {}), ((), {"a": X, "axis": 1})],
    "sum": [((X, 0, None, None, True), {}), ((X,), {"axis": (0, 1), "dtype": None})],
    "prod": [((X, -1, None, None, True), {})],
    "max": [((X, 0, None, True), {}), ((X,), {"axis": 1, "out": None})],
    "amin": [((X, 1, None, True), {})],
    "var": [((X, 0, None, None, 1, True), {}), ((X,), {"correction": 1}), ((X, 1), {"ddof": 2})],
    "std": [((X, 0, None, None, 1, True), {}), ((X,), {"correction": 1, "axis": 1})],
    "median": [((X, 0, None, False, True), {})],
    "ptp": [((X, 0, None, True), {})],
    "average": [((X, 1, np.arange(4.0)), {}), ((X, 0), {"keepdims": True})],
    "cumsum": [((X, 1, None, None), {})],
    "cumprod": [((X, 1, None, None), {})],
    "trace": [((X, 1, 0, 1, None, None), {}), ((X[None], 0, 2, 1), {})],
    "sort": [((X, 0, None), {}), ((X,), {"stable": None})],
    "clip": [((X, -0.5, 0.5, None), {}), ((X,), {"min": 0.1})],
    "reshape": [((X, (4, 3), "F"), {}), ((X,), {"shape": (2, 6), "order": "C"}), ((X, -1), {})],
    "ravel": [((X, "F"), {}), ((X,), {"order": "F"})],
    "transpose": [((X, (1, 0)), {}), ((X,), {"axes": (1, 0)})],
    "take": [((X, [2, 0], 1, None, "raise"), {})],
    "take_along_axis": [((X, np.array([[0], [1], [3]])), {})],
    "concatenate": [(([X, X], 1, None), {})],
    "stack": [(([X, X], 1, None), {})],
    "append": [((), {"arr": X, "values": X, "axis": 0})],
    "diff": [((X, 1, 0), {})],
    "dot": [((X, X.T, None), {}), ((), {"a": X, "b": X.T})],
    "repeat": [((X, 2, 1), {}), ((), {"a": X, "repeats": 2})],
    "split": [((X, 2, 1), {}), ((X,), {"indices_or_sections": 3})],
    "nan_to_num": [((np.array([np.nan, 1.0, np.inf]), True, 2.0, 3.0), {})],
    "broadcast_to": [((X[0], (2, 4), False), {})],
    "outer": [((X[0], X[1], None), {})],
    "einsum": [(("ij,kj->ik", X, X), {"optimize": True})],
    "tensordot": [((), {"a": X, "b": X.T, "axes": 1})],
    "astype": [((X, np.float32), {"copy": False})],
    "array": [(([1.0, 2.0],), {"dtype": np.float32}), ((X,), {"copy": True, "ndmin": 0})],
    "pad": [((X, 1, "constant"), {"constant_values": 2.0})],
}


@pytest.mark.parametrize("name", AGREEING)
def test_arguments_mean_what_they_mean_in_numpy(name):
    for args, options in AGREEING[name]:
        found = getattr(tnp, name)(*args, **options)
        expected = getattr(np, name)(*args, **options)
        for one, other in zip(np.atleast_1d(found), np.atleast_1d(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        assert np.shape(found) == np.shape(expected)


REFUSED = [
    ("mean", (X, 0, float), {}, "dtype"),
    ("mean", (X, 0, None, OUT), {}, "out"),
    ("mean", (X,), {"where": X > 0}, "where"),
    ("sum", (X, 0, np.float32), {}, "dtype"),
    ("sum", (X, 0, None, None, False, 2.0), {}, "initial"),
    ("sum", (X,), {"where": X > 0}, "where"),
    ("prod", (X, 0, float), {}, "dtype"),
    ("max", (X, 0, OUT), {}, "out"),
    ("min", (X,), {"initial": 0.0}, "initial"),
    ("var", (X, 0, float), {}, "dtype"),
    ("std", (X, 0, float), {}, "dtype"),
    ("std", (X,), {"mean": 0.0}, "mean"),
    ("median", (X, 0, OUT), {}, "out"),
    ("ptp", (X, 0, OUT), {}, "out"),
    ("average", (X, 0, None, True), {}, "returned"),
    ("cumsum", (X, 0, float), {}, "dtype"),
    ("cumprod", (X, 0, float), {}, "dtype"),
    ("trace", (SQUARE, 0, 0, 1, float), {}, "dtype"),
    ("sort", (X, 0, "stable"), {}, "kind"),
    ("clip", (X, 0, 1, X), {}, "out"),
    ("take", (X, [0], 0, None, "wrap"), {}, "mode"),
    ("concatenate", ([X], 0, X), {}, "out"),
    ("stack", ([X],), {"dtype": float}, "dtype"),
    ("hstack", ([X],), {"dtype": float}, "dtype"),
    ("vstack", ([X],), {"casting": "no"}, "casting"),
    ("diff", (X, 1, 0, 0.0), {}, "prepend"),
    ("dot", (X, X.T, X), {}, "out"),
    ("outer", (X, X, X), {}, "out"),
    ("array", (X,), {"ndmin": 3}, "ndmin"),
    ("asarray", (X, None, "F"), {}, "order"),
    ("broadcast_to", (X, (2, 3, 4), True), {}, "subok"),
    ("pad", (X, 1), {"stat_length": 2}, "stat_length"),
    ("mean", (X,), {"axes": 0}, "axes"),
]


@pytest.mark.parametrize(("name", "args", "options", "refused"), REFUSED)
def test_what_is_not_taken_is_refused_and_named(name, args, options, refused):
    pattern = rf"^{name} was given {refused}, which is not taken here; it takes \w+"
    for xp in (np, jnp):
        arrays = [xp.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        with pytest.raises(TypeError, match=pattern):
            getattr(tnp, name)(*arrays, **options)
    if isinstance(args[0], np.ndarray):
        with pytest.raises(TypeError, match=pattern):
            tracer.grad(lambda x: tnp.sum(getattr(tnp, name)(x, *args[1:], **options)))(args[0])


def test_numpy_s_own_functions_and_methods_of_a_traced_value_refuse_the_same():
    for f in (
        lambda x: np.mean(x, 0, float),
        lambda x: x.mean(0, float),
        lambda x: x.sum(0, float),
    ):
        with pytest.raises(TypeError, match="was given dtype, which is not taken here"):
            tracer.grad(f)(X)
    found = tracer.grad(lambda x: np.mean(x, 0, None, None, True)[0, 1] + x.mean(1, None)[0])(X)
    assert found.sum() == pytest.approx(2)
    by_columns = tracer.grad(lambda x: tnp.sum(x.ravel("F") * np.arange(12)))(X)
    np.testing.assert_array_equal(by_columns, np.arange(12).reshape(4, 3).T)


@pytest.mark.parametrize("name", ["exp", "subtract", "maximum", "tanh", "negative", "arctan2"])
def test_traced_functions_entry_by_entry_take_arrays_alone(name):
    f = getattr(tnp, name)
    arrays = [X] * (2 if name in ("subtract", "maximum", "arctan2") else 1)
    pattern = f"{name} takes {len(arrays)} arrays where it is differentiated, and no options"
    out = np.empty_like(X)
    for args, options in (((), {"out": out}), ((), {"out": out, "where": X > 0})):
        with pytest.raises(TypeError, match=pattern):
            tracer.grad(lambda x, a=args, o=options: tnp.sum(f(x, *arrays[1:], *a, **o)))(X)


def test_an_unknown_order_of_entries_is_refused():
    with pytest.raises(ValueError, match="order is 'K'; 'C' and 'F' are accepted"):
        tnp.reshape(X, (4, 3), "K")
    with pytest.raises(ValueError, match="order is 'A'"):
        tnp.ravel(X, "A")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tnp.softmax(X, axis=0.5), TypeError, "^softmax cannot .*'float' object is not"),
        (lambda: tnp.hstack([]), IndexError, "^hstack cannot take these arguments: "),
        (lambda: tnp.einsum(2, X), TypeError, "^einsum cannot take these arguments: "),
        (lambda: tnp.linalg.matrix_power(X, float("inf")), TypeError, "^matrix_power cannot "),
        (lambda: tnp.polygamma(2**62, X), ValueError, "^n is out of range; pass a whole number"),
        (lambda: tracer.grad(lambda x: {"a": x})(1.0), TypeError, "returned a dict; grad needs"),
        (lambda: tracer.vjp(lambda x: x * 1j, 1.0), TypeError, "complex numbers, which have no"),
        (lambda: tracer.vjp(tnp.sin, MASKED), ValueError, "^an input .* 1 masked values; drop"),
        (lambda: tracer.vjp(tnp.sin, ENORMOUS), ValueError, "which takes 4,398,046,511,104 bytes"),
        (lambda: tracer.trace_table(tnp.sin, 1.0).to_text(-1), ValueError, "^digits is -1; pass"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)
