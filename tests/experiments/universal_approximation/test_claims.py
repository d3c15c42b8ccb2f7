"""Do the claims hold of the quick run, and can each of them fail?"""

import numpy as np
import pytest

from experiments.universal_approximation.claims import claims


def test_every_claim_of_the_quick_run_holds(results):
    found = claims(results)
    assert len(found) > 12
    assert [claim.statement for claim in found if claim.holds is False] == []


@pytest.mark.parametrize("factor", [0.98, 1.02])
@pytest.mark.parametrize("norm", ["l2", "sup"])
def test_a_spline_constant_off_by_two_percent_fails(results, holds, norm, factor):
    planted = dict(results) | {f"{norm}_constants": results[f"{norm}_constants"] * factor}
    word = {"l2": "L2 error", "sup": "largest error"}[norm]
    assert holds(planted, f"{word} × N²") == [False] * 3
    assert holds(planted, f"C of the {word}") == [False]


@pytest.mark.parametrize("norm", ["l2", "sup"])
def test_a_spline_rate_off_by_one_percent_fails(results, holds, norm):
    name = f"{norm}_errors"
    planted = dict(results) | {name: results[name] * results["pieces"] ** 0.02}
    word = {"l2": "L2 error", "sup": "largest error"}[norm]
    assert holds(planted, f"{word} × N²") == [False] * 3


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_a_sampling_constant_off_by_five_percent_fails(results, holds, factor):
    # 4 standard errors of 100 draws are about 2%; the full run has 400 draws, and 1%.
    planted = dict(results) | {"sample_constants": results["sample_constants"] * factor}
    assert holds(planted, "m × MSE / C") == [False]
    assert holds(planted, "C at the points") == [False]


@pytest.mark.parametrize("off", [-0.02, 0.02])
def test_a_sampling_rate_off_by_two_percent_fails(results, holds, off):
    planted = dict(results) | {"sampled": results["sampled"] * results["units"] ** off}
    assert holds(planted, "slope of log MSE") == [False]


@pytest.mark.parametrize("which", ["trained", "solved"])
def test_one_start_two_percent_below_the_optimum_fails(results, holds, which):
    errors = results[which].copy()
    errors[0, 0, 2] = 0.98 * results["optimum"][0]
    outcomes = holds(dict(results) | {which: errors}, "best m + 1 straight pieces")
    assert outcomes == [which != "trained", which != "solved"]


def test_a_network_that_is_not_monotone_fails(results, holds):
    curves = results["picture_curves"].copy()
    curves[0, 2, 0] = 0.3 * results["picture_truth"]  # the network with two layers of one node
    planted = dict(results) | {"picture_curves": curves}
    assert holds(planted, "is monotone") == [False]


def test_many_nodes_that_follow_no_better_than_one_fail(results, holds):
    curves = results["picture_curves"].copy()
    curves[0, 1] = curves[0, 0]
    first, *others = holds(dict(results) | {"picture_curves": curves}, "more closely than any")
    assert first is False and all(others)


def test_a_hidden_layer_that_allows_no_smaller_error_fails(results, holds):
    planted = dict(results) | {"solved_float32": results["trained"] * 1.01}
    assert holds(planted, "Adam stops far above") == [False]


def test_a_start_that_diverged_is_counted_and_not_averaged(results, holds):
    errors = results["trained"].copy()
    errors[1, 0, 3] = np.nan
    every = np.broadcast_to(
        np.arange(errors.shape[-1], dtype=np.uint16), results["resampled"].shape
    )
    planted = dict(results) | {"trained": errors, "resampled": every}
    assert holds(planted, "diverged") == [False]
    assert holds(planted, "Adam stops") == holds(results, "Adam stops")


@pytest.mark.parametrize(("rate", "expected"), [(-2.0, False), (-1.3, True), (-0.5, False)])
def test_the_rate_of_trained_networks_has_to_lie_in_its_range(results, holds, rate, expected):
    widths = np.array([2, 4, 8, 16])
    errors = np.broadcast_to(widths[:, None] ** rate, (2, 4, 4))
    planted = dict(results) | {
        "widths": widths,
        "trained": errors,
        "solved": errors / 10,
        "solved_float32": errors / 5,
        "optimum": widths**-3.0,
        "joined": widths**-3.0,
        "resampled": np.zeros((5, 4, 4), int),
    }
    assert holds(planted, "Trained ReLU networks") == [expected]
