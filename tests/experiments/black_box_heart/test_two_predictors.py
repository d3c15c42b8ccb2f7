"""Do the surfaces and components of the Heart data mean what they say?"""

import numpy as np

from experiments.black_box_heart.reading import component_picture, surface


def test_a_boundary_of_two_predictors_lies_where_refits_disagree(results):
    for way in ("means", "rows"):
        found = surface(results, way)
        assert [column.name for column in found.columns] == ["MaxHR", "Oldpeak"]
        side = found.prediction > found.threshold
        assert side.any() and not side.all()
        # Where all refits agree, their mean is on their side.
        agreed = ~found.ribbon
        np.testing.assert_array_equal(side[agreed], found.share_above[agreed] > 0.5)
        np.testing.assert_allclose(found.refits.mean(axis=0), found.prediction, rtol=1e-5)


def test_the_picture_of_components_is_read_back_whole(results):
    picture = component_picture(results)
    first, second = picture.points.T
    np.testing.assert_allclose(first @ second, 0, atol=1e-8)
    np.testing.assert_allclose(first.var() / len(picture.features), picture.variance_share[0])
    assert 0 < picture.fidelity < 1 and "18 features" in picture.caution


def test_what_is_lost_without_a_predictor_is_of_networks_on_the_same_resamples(results):
    permuted, lost = results["without_permuted"], results["without_lost"]
    assert permuted.shape == lost.shape == (6, 13)
    # The spread of paired differences is that of refits, far below the spread of losses.
    assert np.median(lost.std(axis=0)) < 0.5 * results["out_of_bag_loss"].std()
    assert ((results["correlation"] > 0) & (results["correlation"] < 1)).all()
