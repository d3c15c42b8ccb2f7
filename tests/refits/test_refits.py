"""Are many refits one black box in the response's own unit, with honest predictions out of bag?"""

import jax
import numpy as np
import pytest
from scipy import special

from jaxnn import MLP, Encoder, Fitter, Recipe, converged, encoded_width, from_arrays, interval
from jaxnn.bootstrap import Bootstrap, bootstrap
from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import partial_dependence
from jaxnn.prediction import predictor
from jaxnn.refits import RefittedModel, RefittedNetwork, effect, out_of_bag, refitted_network
from jaxnn.refits.black_boxes import row_blocks

ROWS, REFITS = 30, 6
RESPONSES = {
    "quantitative": 1e5 + 1e4 * np.sin(np.arange(ROWS)),
    "binary": np.arange(ROWS) * 7 % 5 < 2,
    "categorical": [("low", "middle", "high")[i * i % 3] for i in range(ROWS)],
    "count": np.arange(ROWS) ** 2 % 7,
}


@pytest.fixture(scope="module", params=RESPONSES)
def refitted(request):
    """A table with one number and one category, its fitter, refits and their black box."""
    X = np.empty((ROWS, 2), object)
    X[:, 0] = [0.5 * i for i in range(ROWS)]
    X[:, 1] = [("a", "b", "c")[i % 3] for i in range(ROWS)]
    kind = {"response_kind": "count"} if request.param == "count" else {}
    table = from_arrays(X, RESPONSES[request.param], **kind)
    encoder = Encoder(table.columns)
    outputs = 3 if request.param == "categorical" else 1
    net = MLP((encoded_width(encoder), 3, outputs), response=request.param)
    fitter = Fitter(net, Recipe(epochs=5), encoder)
    refits = bootstrap(jax.random.key(3), fitter, table.X, table.y, REFITS)
    return table, fitter, refits, refitted_network(fitter, refits)


def test_the_black_box_predicts_as_its_networks_do(refitted):
    table, fitter, refits, network = refitted
    assert isinstance(network, RefittedModel)
    plain = np.asarray(predictor(fitter.net, refits.fits, fitter.encoder)(table.X), float)
    np.testing.assert_allclose(network.predict(table.X), plain, rtol=1e-6)
    np.testing.assert_array_equal(
        network.predict_mean(table.X), network.predict(table.X).mean(axis=0)
    )


def test_few_programs_are_compiled_whatever_the_number_of_rows(refitted):
    table, fitter, refits, network = refitted
    whole = refitted_network(fitter, refits, row_multiple=ROWS)
    for rows in (1, 7, ROWS):
        few = network.predict(table.X[:rows])
        np.testing.assert_allclose(few, network.predict(table.X)[:, :rows], rtol=1e-6)
        np.testing.assert_allclose(few, whole.predict(table.X[:rows]), rtol=1e-6)


def test_the_precision_is_the_one_asked_for(refitted):
    table, fitter, refits, network = refitted
    single = refitted_network(fitter, refits, dtype=np.float32).predict(table.X)
    assert single.dtype == np.float32
    assert network.predict(table.X).dtype == np.float64
    np.testing.assert_allclose(single, network.predict(table.X), rtol=1e-6)


def test_diverged_refits_are_left_out(refitted):
    table, fitter, refits, network = refitted
    diverged = np.arange(REFITS) == 2
    fewer = refitted_network(fitter, refits._replace(diverged=diverged))
    np.testing.assert_array_equal(
        fewer.predict(table.X), np.delete(network.predict(table.X), 2, axis=0)
    )
    np.testing.assert_array_equal(fewer.out_of_bag, np.delete(network.out_of_bag, 2, axis=0))
    with pytest.raises(InputError, match="6 replicates, all of which diverged"):
        refitted_network(fitter, refits._replace(diverged=np.ones(REFITS, bool)))


def test_each_row_is_predicted_by_the_refits_that_left_it_out(refitted):
    table, fitter, refits, network = refitted
    seen = out_of_bag(network, table.X, table.y, level=0.5)
    predicted = network.predict(table.X)
    if fitter.net.response == "categorical":
        predicted = predicted[:, np.arange(ROWS), table.y.astype(int)]
    mask = refits.multiplicities == 0
    assert mask.any() and not mask.all()
    for row in range(ROWS):
        few = predicted[mask[:, row], row]
        if few.size:
            assert seen.mean[row] == pytest.approx(few.mean(), rel=1e-12)
            assert (seen.lower[row], seen.upper[row]) == pytest.approx(interval(few, 0.5))
        else:
            assert np.isnan([seen.mean[row], seen.lower[row], seen.upper[row]]).all()


def losses_of(kind, y, predicted):
    """The losses of predictions (refits, rows[, classes]), by their formulas."""
    if kind == "quantitative":
        return (predicted - y) ** 2
    if kind == "count":
        return 2 * (special.xlogy(y, y / predicted) - y + predicted)
    if kind == "binary":
        return -np.log(np.where(y == 1, predicted, 1 - predicted))
    return -np.log(predicted[:, np.arange(len(y)), y.astype(int)])


@pytest.mark.parametrize("weights", [None, np.arange(1.0, ROWS + 1), np.arange(ROWS) % 3])
def test_losses_out_of_bag_are_those_of_the_response(refitted, weights):
    table, fitter, refits, network = refitted
    kind, y, mask = fitter.net.response, table.y, refits.multiplicities == 0
    seen = out_of_bag(network, table.X, y, weights=weights)
    w = np.ones(ROWS) if weights is None else weights
    predicted = network.predict(table.X)
    share = np.bincount(y.astype(int), w + 1e-30, 3) / w.sum() if kind == "categorical" else None
    constant = np.full_like(predicted, np.average(y, weights=w) if share is None else share)
    for found, of in ((seen.loss, predicted), (seen.constant_loss, constant)):
        losses = losses_of(kind, y, of)
        expected = [
            np.average(loss[out], weights=w[out]) for loss, out in zip(losses, mask, strict=True)
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_long_tables_are_predicted_in_blocks(refitted, monkeypatch):
    table, _, _, network = refitted
    whole = out_of_bag(network, table.X, table.y)
    predicted, mean = network.predict(table.X), network.predict_mean(table.X)
    monkeypatch.setattr("jaxnn.refits.black_boxes.ROW_MULTIPLE", 7)
    monkeypatch.setattr("jaxnn.refits.black_boxes.BLOCK_BYTES", 1)
    assert [block.start for block in row_blocks(network, len(table.X))] == [0, 7, 14, 21, 28]
    for part, of_whole in zip(out_of_bag(network, table.X, table.y), whole, strict=True):
        np.testing.assert_allclose(part, of_whole, rtol=1e-6)
    np.testing.assert_allclose(network.predict(table.X), predicted, rtol=1e-6)
    np.testing.assert_allclose(network.predict_mean(table.X), mean, rtol=1e-6)


def test_memory_is_bounded_however_many_refits_rows_and_classes():
    """500 refits of 50 classes for 2,000 rows would be 400 MB in double precision at once."""
    sizes = []

    def outputs(X):
        sizes.append(500 * len(X) * 50)
        return np.zeros((500, len(X), 50), np.float32)

    network = RefittedNetwork(
        MLP((2, 50), response="categorical"),
        None,
        outputs,
        np.ones((500, 2000), np.uint8),
        np.dtype(float),
    )
    np.testing.assert_allclose(network.predict_mean(np.zeros((2000, 2))), 1 / 50)
    assert sum(sizes) == 500 * 2000 * 50
    assert 8 * max(sizes) <= 2**25 and len(sizes) <= 20


def test_probabilities_near_one_keep_their_odds(refitted):
    """Of a probability that rounds to one in single precision the log odds are still known."""
    _, fitter, _, network = refitted
    if fitter.net.response == "binary":
        means = network.means(np.array([[[25.0]], [[-25.0]]]))[..., 0, 0]
        np.testing.assert_allclose(special.logit(means), [25, -25], rtol=1e-4)


def test_effects_of_weighted_rows_are_those_of_repeated_ones(refitted):
    table, _, _, network = refitted
    counts = 1 + np.arange(ROWS) % 3
    few = {"individual_rows": [0], "resolution": 4}
    weighted = effect(network, table.X, 0, weights=counts, **few)
    repeated = effect(network, table.X.repeat(counts, axis=0), 0, **few)
    np.testing.assert_array_equal(weighted.grid, repeated.grid)
    np.testing.assert_allclose(weighted.average, repeated.average, rtol=1e-6)
    np.testing.assert_allclose(weighted.profile, repeated.profile, rtol=1e-6)
    plain = effect(network, table.X, 0, **few)
    assert np.abs(weighted.average / plain.average - 1).max() > 1e-5
    some = effect(network, table.X, 0, weights=counts, rows=[4, 5], **few)
    moved = table.X[[4, 5]].copy()
    moved[:, 0] = some.grid[1]
    expected = np.average(network.predict(moved), axis=1, weights=counts[[4, 5]])
    np.testing.assert_allclose(some.average[:, 1], expected, rtol=1e-6)


def test_an_effect_is_what_inspection_says_of_the_black_box(refitted):
    table, _, _, network = refitted
    rows, few = np.arange(0, ROWS, 2), np.array([3, 4, 9])
    seen = effect(network, table.X, 0, rows=rows, individual_rows=few, center="median")
    np.testing.assert_array_equal(seen.grid, np.unique(table.X[:, 0]))
    expected = partial_dependence(network.predict, table.X[rows], 0, seen.grid)
    np.testing.assert_allclose(seen.average, expected, rtol=1e-6)
    moved = table.X[few].copy()
    moved[:, 0] = seen.grid[5]
    np.testing.assert_allclose(seen.individual[:, 5], network.predict_mean(moved), rtol=1e-6)
    typical = [[np.median(table.X[:, 0]), 0.0]]  # of three levels as frequent, the first
    np.testing.assert_allclose(
        effect(network, table.X, 1, center="median").profile[:, :1],
        network.predict(typical),
        rtol=1e-6,
    )


def test_the_grid_of_a_category_is_all_its_levels(refitted):
    table, network = refitted[0], refitted[3]
    few = table.X[table.X[:, 1] != 2]
    one = {"rows": [0], "individual_rows": [0]}
    np.testing.assert_array_equal(effect(network, few, 1, **one).grid, [0, 1, 2])
    plain = network._replace(columns=None)
    np.testing.assert_array_equal(effect(plain, few, 1, **one).grid, [0, 1])
    assert len(effect(network, table.X, 0, resolution=5, **one).grid) == 5


def test_what_does_not_belong_together_is_refused(refitted):
    table, fitter, refits, network = refitted
    with pytest.raises(InputTypeError, match=r"fitter is a function; pass a jaxnn\.Fitter"):
        refitted_network(lambda key, X, y: None, refits)
    with pytest.raises(InputTypeError, match="refits is a Fit; pass what"):
        refitted_network(fitter, converged(refits))
    other = Bootstrap({"W": np.ones(2)}, refits.multiplicities[:2], np.zeros(2, bool))
    with pytest.raises(InputTypeError, match=r"refits.fits is a dict"):
        refitted_network(fitter, other)
    with pytest.raises(InputError, match="X has 1 columns, but the encoder has 2"):
        network.predict(table.X[:, :1])
    with pytest.raises(InputError, match="X has rows of different lengths"):
        network.predict([[1.0, 2.0], [1.0]])
    with pytest.raises(InputError, match=r"X has shape \(\); pass a matrix"):
        network.predict(3.0)
    with pytest.raises(InputError, match="X has no rows"):
        network.predict_mean(np.zeros((0, 2)))
    for wrong, sentence in (
        (np.ones(3), r"weights has shape \(3,\); X has 30 rows"),
        (np.zeros(ROWS), "weights is zero for every row"),
        (-np.ones(ROWS), "weights has the value -1"),
    ):
        with pytest.raises(InputError, match=sentence):
            out_of_bag(network, table.X, table.y, weights=wrong)
        with pytest.raises(InputError, match=sentence):
            effect(network, table.X, 0, weights=wrong)
    with pytest.raises(InputError, match="level is 2; pass a number between 0 and 1"):
        out_of_bag(network, table.X, table.y, 2)
    with pytest.raises(InputError, match=r"X has shape \(29, 2\).*pass the 30 training rows"):
        out_of_bag(network, table.X[1:], table.y[1:])
