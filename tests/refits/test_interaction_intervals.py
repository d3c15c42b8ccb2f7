"""Do intervals of interaction strengths hold, also where there is none?"""

import numpy as np
import pytest

from jaxnn.refits.interaction_intervals import estimate_interaction

SHARES = np.full(6, 1 / 6)


def surface(seed=0):
    values = np.random.default_rng(seed).normal(size=6)
    return values - values.mean()


def equal(refits):
    return np.tile(SHARES, (refits, 1))


def test_refits_that_agree_have_their_own_strength_without_an_interval():
    g, main = surface(0), surface(1)
    for refits in (1, 5):
        found = estimate_interaction(
            np.tile(g + main, (refits, 1)), np.tile(main, (refits, 1)), SHARES, equal(refits), 0.95
        )
        np.testing.assert_allclose(found.strength, np.sqrt(np.mean(g**2)), rtol=1e-6)
        share = np.mean(g**2) / np.mean((g + main) ** 2)
        np.testing.assert_allclose(found.h_squared, share, rtol=1e-6)
        np.testing.assert_allclose(found.h_squares, share)


def test_the_estimate_takes_the_noise_of_refits_off():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(4000, 6)) * 0.7
    g, main = 5 * surface(0), np.tile(surface(1), (4000, 1))
    found = estimate_interaction(g + noise + main, main, SHARES, equal(4000), 0.95)
    expected = np.sqrt(np.mean(g**2) - 0.49)
    assert found.strength[0] == pytest.approx(expected, rel=0.02)
    assert np.mean(found.strengths**2) == pytest.approx(np.mean(g**2) + 0.49, rel=0.02)
    assert found.strength[1] < found.strength[0] < found.strength[2]
    assert found.h_squared[1] < found.h_squared[0] < found.h_squared[2]


def test_pure_noise_has_zero_in_its_interval_and_never_ends_there():
    rng = np.random.default_rng(3)
    zero = 0
    for _ in range(100):
        seen = rng.normal(size=6) / 10
        refits = seen + rng.normal(size=(80, 6)) / 10
        found = estimate_interaction(refits, 0 * refits, SHARES, equal(80), 0.9)
        zero += found.strength[1] == 0
        assert found.strength[2] > 0.05
    assert zero >= 90  # 95 are expected


@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_intervals_contain_the_truth_as_often_as_they_say(slope):
    # Least squares with a product: a refit has its slope times (a - mean)(b - mean).
    rng = np.random.default_rng(4)
    inside, sets, n = 0, 120, 60
    for _ in range(sets):
        a, b = rng.normal(size=(2, n))
        y = a + b + slope * a * b + rng.normal(size=n)
        Z = np.stack([np.ones(n), a, b, a * b], axis=1)
        drawn = rng.multinomial(n, np.full(n, 1 / n), 80)
        inverse = np.linalg.inv(np.einsum("bi,ij,ik->bjk", drawn, Z, Z, optimize=True))
        slopes = np.einsum("bjk,bi,ik,i->bj", inverse, drawn, Z, y, optimize=True)[:, 3]
        g = (a - a.mean()) * (b - b.mean())
        joint = slopes[:, None] * (g - g.mean())
        shares = np.full(n, 1 / n)
        found = estimate_interaction(joint, 0 * joint, shares, drawn / n, 0.95)
        inside += found.strength[1] <= slope <= found.strength[2]
    assert inside / sets >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / sets)
