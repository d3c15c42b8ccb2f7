"""Do the surfaces and components of the Heart data mean what they say?"""

import numpy as np


def test_a_boundary_of_two_predictors_lies_where_refits_disagree(results):
    for way in ("means", "rows"):
        prediction, ribbon = results[f"surface_{way}_prediction"], results[f"surface_{way}_ribbon"]
        side = prediction > 0.5
        assert side.any() and not side.all()
        # Where all refits agree, their mean is on their side.
        share = results[f"surface_{way}_share_above"]
        np.testing.assert_array_equal(side[~ribbon], share[~ribbon] > 0.5)


def test_components_are_uncorrelated_and_their_shares_add_up(results):
    first, second = results["component_scores"].T
    np.testing.assert_allclose(first @ second, 0, atol=1e-8)
    shares = results["component_shares"]
    np.testing.assert_allclose(shares.sum(), 1)
    np.testing.assert_allclose(first.var() / len(shares), shares[0])


def test_what_is_lost_without_a_predictor_is_of_networks_on_the_same_resamples(results):
    permuted, lost = results["without_permuted"], results["without_lost"]
    assert permuted.shape == lost.shape == (15, 13)
    # The spread of paired differences is that of refits, far below the spread of losses.
    assert lost.std(axis=0).max() < 0.5 * results["out_of_bag_loss"].std()
    assert ((results["correlation"] > 0) & (results["correlation"] < 1)).all()
