"""Do fitted models predict new rows by the formulas, whatever the response is?"""

import numpy as np
import pytest

from jaxnn import MLP, Encoder, Fitter, Recipe, encoded_width, from_arrays, interval
from jaxnn.bands.calibration import calibrated_band
from jaxnn.errors import InputError, InputTypeError
from jaxnn.fitted_models.model import fitted_model
from jaxnn.fitted_models.prediction_intervals import LeftOut, prediction_interval, prediction_set
from jaxnn.refits import out_of_bag, refitted_network

ROWS, REFITS = 30, 8
LEVELS = (0.3, 0.6, 0.8, 0.93, 0.96, 0.999)
RESPONSES = {
    "quantitative": 1e5 + 1e4 * np.sin(np.arange(ROWS)),
    "binary": np.arange(ROWS) * 7 % 5 < 2,
    "categorical": [("low", "middle", "high")[i * i % 3] for i in range(ROWS)],
    "count": np.arange(ROWS) % 4,
}


@pytest.fixture(scope="module")
def table():
    """table(kind) -> one number, one category, and a response of that kind."""
    X = np.empty((ROWS, 2), object)
    X[:, 0] = [0.5 * i for i in range(ROWS)]
    X[:, 1] = [("a", "b", "c")[min(i % 4, 2)] for i in range(ROWS)]

    def of_kind(kind):
        numbers = {"response_kind": kind} if kind in ("count", "quantitative") else {}
        return from_arrays(X, RESPONSES[kind], **numbers)

    return of_kind


@pytest.fixture(scope="module")
def fitted(table, arbitrary_refits):
    """fitted(kind) -> fitter and refits of that response."""

    def of_kind(kind):
        encoder = Encoder(table(kind).columns)
        outputs = 3 if kind == "categorical" else 1
        net = MLP((encoded_width(encoder), 2, outputs), response=kind)
        return Fitter(net, Recipe(epochs=5), encoder), arbitrary_refits(net, 2, ROWS, REFITS)

    return of_kind


@pytest.mark.parametrize("kind", RESPONSES)
def test_predictions_are_those_of_their_parts(table, fitted, kind, monkeypatch):
    rows, (fitter, refits) = table(kind), fitted(kind)
    model = fitted_model(fitter, refits, rows, level=0.8)
    monkeypatch.setattr("jaxnn.fitted_models.model.NUMBERS_AT_ONCE", 1)  # 64 rows at a time
    X = np.stack([np.linspace(-3, 20, 70), np.arange(70) % 3], axis=1)
    got = model.predict(X)

    network = refitted_network(fitter, refits)
    every = network.predict(X)
    np.testing.assert_allclose(got.mean, every.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose([got.lower, got.upper], interval(every, 0.8), rtol=1e-6)
    seen = LeftOut(network.out_of_bag, rows.y, out_of_bag(network, rows.X, rows.y).mean, None, None)
    if kind in ("binary", "categorical"):
        assert got.new_lower is None and got.new_upper is None
        np.testing.assert_array_equal(got.classes, prediction_set(seen, every, 0.8))
    else:
        assert got.classes is None
        wanted = prediction_interval(seen, every, kind, 0.8)
        np.testing.assert_allclose([got.new_lower, got.new_upper], wanted, rtol=1e-6)
    for part in got:
        assert part is None or (len(part) == 70 and part.dtype in (float, bool))


@pytest.mark.parametrize("kind", ["categorical", "count"])
def test_calibrated_bands_have_the_factor_of_the_training_rows(
    table, fitted, arbitrary_refits, kind
):
    rows, (fitter, refits) = table(kind), fitted(kind)
    more = {
        name: arbitrary_refits(fitter.net, 2, ROWS, 3 + seed, seed=seed)
        for seed, name in enumerate(("full", "simulated"), start=1)
    }
    model = fitted_model(fitter, refits, rows, level=0.8, **more)
    means = [refitted_network(fitter, fits).predict(rows.X) for fits in (refits, *more.values())]
    wanted = calibrated_band(*means, 0.8, kind=kind)
    np.testing.assert_allclose(model.predict(rows.X)[1:3], wanted[1:3], rtol=1e-6)
    np.testing.assert_allclose(model.predict(rows.X).mean, means[0].mean(axis=0), rtol=1e-6)
    # The band of a row does not depend on the rows beside it.
    alone = model.predict(rows.X[3:4])
    np.testing.assert_allclose([part[0] for part in alone[1:3]], [part[3] for part in wanted[1:3]])
    # Between the levels at which the factor is known, it grows with the level.
    widths = [(p.upper - p.lower).mean() for p in (model.predict(rows.X, q) for q in LEVELS)]
    assert widths == sorted(widths) and len(set(widths)) == len(LEVELS)
    with pytest.raises(InputError, match="full and simulated belong together"):
        fitted_model(fitter, refits, rows, full=more["full"])


def test_a_model_knows_the_training_rows_by_their_summaries(table, fitted):
    model = fitted_model(*fitted("count"), table("count"), missing="impute")
    np.testing.assert_array_equal(model.ranges, [[0, 14.5], [0, 2]])
    np.testing.assert_array_equal(model.fillings, [7.25, 2])  # the median, and the level "c"
    assert model.level == 0.95 and model.missing == "impute"
    assert model.training["optimizer"] == "adam" and model.training["epochs"] == 5


def test_weights_and_groups_of_a_table_are_kept_and_used(table, fitted):
    plain = table("count")
    rows = plain._replace(weights=np.arange(1.0, ROWS + 1), groups=np.arange(ROWS) // 2)
    models = [fitted_model(*fitted("count"), each, level=0.6) for each in (plain, rows)]
    assert models[1].weights is rows.weights and models[1].groups is rows.groups
    ends = [model.predict(plain.X[:5]).new_upper for model in models]
    assert (ends[0] != ends[1]).any()


def test_what_does_not_belong_together_is_refused(table, fitted):
    fitter, refits = fitted("count")
    with pytest.raises(InputError, match=r"pass a Fitter with jaxnn\.Encoder\(table\.columns\)"):
        fitted_model(
            fitter,
            refits,
            from_arrays(np.ones((ROWS, 2)) * np.arange(ROWS)[:, None], RESPONSES["count"]),
        )
    with pytest.raises(InputTypeError, match=r"table is a ndarray; pass a jaxnn\.Table"):
        fitted_model(fitter, refits, np.ones(3))
    with pytest.raises(InputError, match="missing is 'guess'"):
        fitted_model(fitter, refits, table("count"), missing="guess")
    with pytest.raises(InputError, match="level is 95; pass a number between 0 and 1"):
        fitted_model(fitter, refits, table("count"), level=95)
    model = fitted_model(fitter, refits, table("count"))
    with pytest.raises(InputError, match="level is 1; pass a number between 0 and 1"):
        model.predict(table("count").X, level=1)
    with pytest.raises(InputError, match="X has 3 columns, but the encoder has 2; pass 2"):
        model.predict(np.ones((4, 3)))
