"""Is every cell stored, and are there enough starts?"""

import dataclasses

import numpy as np

from experiments.depth_vs_width.compute import FULL, QUICK


def test_the_stored_cells_are_those_that_were_trained(results):
    assert results["cell_data"].tolist() == ["fold", "fold", "tent_3", "signals"]
    assert results["cell_fresh"].tolist() == [False, True, False, False]
    assert results["test"].shape == results["train"].shape == (4, 2, 3)
    assert np.isnan(results["test"][1:, 1]).all() and (results["counts"][1:, 1] == 0).all()
    assert np.isfinite(results["test"][0]).all()
    assert (results["test"][3, 0] > 0).all() and (results["test"][3, 0] <= 1).all()
    assert results["fold_fits"].shape == (2, 300)
    assert results["tent_regions"].shape == (1, 3)
    assert (results["tent_regions"] >= 1).all()


def test_settings_ask_for_enough_starts():
    assert min(group.seeds for group in FULL.groups) >= 12
    depths = {(d, group.deepest) for group in FULL.groups for d in group.data}
    assert {("fold", 5), ("digits", 5), ("signals", 5)} <= depths
    for group in (*FULL.groups, *QUICK.groups):
        assert all(group.epoch % rows == 0 for rows in group.rows)
    assert dataclasses.is_dataclass(FULL)
