"""Are methods compared on the same resamples, and are stored results read back whole?"""

import numpy as np

from experiments.black_box_heart.reading import method_importances, refit_importance, surrogate


def test_the_losses_of_the_network_are_those_of_its_first_refits(results):
    inside, outside = results["compared_losses"][0]
    refits = len(inside)
    np.testing.assert_allclose(inside, results["in_bag_loss"][:refits], rtol=1e-5)
    np.testing.assert_allclose(outside, results["out_of_bag_loss"][:refits], rtol=1e-5)
    right = results["compared_right"][0, 1]
    np.testing.assert_allclose(right, results["out_of_bag_accuracy"][:refits], rtol=1e-12)


def test_importances_are_read_back_as_the_library_made_them(results):
    found = method_importances(results)
    impurity = [method.endswith("impurity") for method in found.methods]
    np.testing.assert_allclose(found.shares[impurity].sum(axis=2), 1)
    np.testing.assert_allclose(found.center, found.shares.mean(axis=1), atol=1e-12)
    refits = refit_importance(results)
    assert refits.names == found.names
    np.testing.assert_allclose(refits.replicates.sum(axis=1), results["apart"])


def test_the_stored_surrogate_tree_predicts(results):
    tree = surrogate(results)
    assert tree.names == tuple(results["column_names"])
    # A patient of mean predictors gets the value of some leaf.
    X = np.zeros((1, len(tree.names)))
    leaves = tree.nodes.value[tree.nodes.predictor < 0, 0]
    assert tree.predict(X)[0] in leaves and leaves.min() >= 0 and leaves.max() <= 1
    assert tree.rules.count("rows)") == len(leaves)
