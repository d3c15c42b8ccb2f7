"""Do the drawings of trees show what the results hold?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.estimators import MethodImportances
from jaxnn.inspection.surrogates import surrogate_tree
from jaxnn.plotting import method_importances, panels, surrogate_diagram
from jaxnn.tables import Column

X = np.column_stack([np.arange(60.0), np.arange(60) % 3])
COLUMNS = (Column("cost $ per $ year", "numeric"), Column("a", "categorical", ("x", "y", "z")))


def texts(ax):
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def test_a_surrogate_tree_shows_conditions_predictions_and_shares():
    pytest.importorskip("sklearn")
    tree = surrogate_tree(
        lambda X: np.where(X[:, 1] == 1, 5.0, 1.0 * (X[:, 0] > 29)), X, depth=2, columns=COLUMNS
    )
    ax = surrogate_diagram(tree, what="cost")
    assert ax.get_title().startswith("Surrogate tree of the cost: R squared 1.00, 0.99 on rows")
    shown = texts(ax)
    assert "a = y" in shown and "cost $ per $ year <= 29.5" in shown
    assert sorted(text for text in shown if "of rows" in text) == [
        "0 33% of rows",
        "1 33% of rows",
        "5 33% of rows",
    ]
    (asked,) = (text for text in ax.texts if text.get_text() == "a = y")
    (five,) = (text for text in ax.texts if text.get_text().startswith("5"))
    assert five.get_position()[0] > asked.get_position()[0]  # rows with that level are to the right
    assert shown.count("yes") == shown.count("no") == 2
    ax.figure.draw_without_rendering()  # dollars are not read as mathematics
    _, (own,) = panels(1)
    assert surrogate_diagram(tree, own) is own


def test_a_tree_without_splits_is_drawn():
    pytest.importorskip("sklearn")
    ax = surrogate_diagram(surrogate_tree(lambda X: np.full(len(X), 2.0), X))
    assert texts(ax) == ["2 100% of rows"]


def comparison():
    shares = np.random.default_rng(0).dirichlet([1, 3, 2], size=(2, 9))
    return MethodImportances(
        ("$forest$, impurity", "network, permutation"),
        ("age", "$a$", "sex"),
        shares,
        np.ones(2),
        shares.mean(axis=1),
        shares.min(axis=1),
        shares.max(axis=1),
        0.9,
    )


def test_importances_are_drawn_in_their_order_with_their_intervals():
    result = comparison()
    ax = method_importances(result)
    order = np.argsort(-result.center.mean(axis=0))
    assert [label.get_text() for label in ax.get_yticklabels()] == [result.names[i] for i in order]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(result.methods)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), result.center[0, order])
    ends = np.array(ax.collections[1].get_segments())[:, :, 0]
    np.testing.assert_allclose(ends.T, [result.lower[1, order], result.upper[1, order]])
    assert "90% intervals" in ax.get_xlabel()
    ax.figure.draw_without_rendering()


def test_few_methods_and_predictors_can_be_chosen():
    result = comparison()
    ax = method_importances(result, methods=["network, permutation"], most=1)
    assert len(ax.get_yticklabels()) == 1
    assert ax.lines[0].get_xdata() == pytest.approx(result.center[1].max())
    chosen = method_importances(result, predictors=["sex", "age"])
    assert [label.get_text() for label in chosen.get_yticklabels()] == ["sex", "age"]
    assert chosen.lines[1].get_xdata() == pytest.approx(result.center[1, [2, 0]])
    with pytest.raises(InputError, match="predictors is 'weight'"):
        method_importances(result, predictors=["weight"])
    with pytest.raises(InputError, match="methods is 'tree'"):
        method_importances(result, methods=["tree"])
    with pytest.raises(InputError, match="most is 0"):
        method_importances(result, most=0)
