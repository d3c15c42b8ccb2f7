"""What is claimed of `vanishing_exploding`; see the package."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim
from experiments.lab.contract import Results
from experiments.vanishing_exploding import cliff_figures, cliffs, signal_claims

CHAIN_EXACT = 1e-12  # relative


def claims(results: Results) -> list[Claim]:
    """Identities, laws with their standard errors, and orderings of trained networks."""
    return [
        *_chain_claims(results),
        *signal_claims.claims(results),
        *_training_claims(results),
        *_cliff_claims(results),
    ]


def _chain_claims(results: Results) -> Iterator[Claim]:
    source = "lecture 11, exploding and vanishing gradients"
    formula, depths = results["chain_gradient"], results["chain_depths"]
    by_jax, off = results["chain_jax"], results["chain_off_diagonal"]
    on = np.diagonal(by_jax, axis1=2, axis2=3)
    apart = max(
        np.max(np.abs(on / formula - 1)),
        np.max(np.abs(results["chain_traced"] / formula - 1)),
        np.max(np.abs(by_jax[..., 0, 1] / off - 1)),
        np.max(np.abs(by_jax[..., 1, 0] / off - 1)),
    )
    yield Claim(
        "gradients of diag(a, b)^n by formula, by the hand-built tracer and by jax.grad, also off "
        f"the diagonal, n to {depths[-1]}: largest relative difference",
        source,
        "at most 1e-12",
        apart,
        None,
        bool(apart <= CHAIN_EXACT),
    )
    first = by_jax[0, 9]
    yield Claim(
        "a = 1, b = 2, n = 10, read as h₁ + h₂: gradient (10, 5120), and 1023 off the diagonal",
        source,
        "10, 5120, 1023",
        ", ".join(f"{value:.10g}" for value in (first[0, 0], first[1, 1], first[0, 1])),
        None,
        bool(np.allclose(first, [[10, 1023], [1023, 5120]], rtol=CHAIN_EXACT, atol=0)),
    )
    hump = formula[1, :, 1]
    highest, tops = hump.max(), depths[np.isclose(hump, hump.max(), rtol=1e-12, atol=0)]
    yield Claim(
        "a = 0.5, b = 0.9: before it vanishes n·0.9ⁿ⁻¹ grows, to its top at n = "
        f"{' and '.join(map(str, tops))}",
        "erratum: the slide has it vanish at once",
        "3.874204890000001 at n = 9 and 10",
        highest,
        None,
        bool(tops.tolist() == [9, 10] and abs(highest / 3.874204890000001 - 1) <= CHAIN_EXACT),
    )
    below = int(depths[(hump < 1) & (depths > 10)][0])
    yield Claim("and falls below 1 first at n", "closed form", 35, below, None, below == 35)
    yield Claim(
        "a = 1, b = 2 through a sigmoid: y → 1, and the gradient is 0 in float64 at n = 9",
        "erratum: y → 1 and an exploding gradient exclude each other",
        "y = 1, gradient 0",
        f"y = {results['chain_sigmoid'][0, 8]:g}, gradient "
        f"{np.abs(results['chain_sigmoid_gradient'][0, 8]).max():g}",
        None,
        bool(
            results["chain_sigmoid"][0, 8] == 1
            and (results["chain_sigmoid_gradient"][0, 8] == 0).all()
        ),
    )
    last = results["chain_sigmoid"][1, -1]
    yield Claim(
        f"a = 0.5, b = 0.9 through a sigmoid, n = {depths[-1]}: y",
        "erratum: y → 0 holds of h₁ + h₂ alone",
        "1/2, within 0.001",
        last,
        None,
        bool(abs(last - 0.5) <= 1e-3),
    )


def _training_claims(results: Results) -> Iterator[Claim]:
    source = "He et al. 2015, fig. 3, in small"
    schemes = results["trained_schemes"].tolist()
    xavier, he = schemes.index("lecun_normal"), schemes.index("he_normal")
    for place, layers in enumerate(results["trained_layers"].tolist()):
        accuracy = results["trained_accuracy"][place]
        last = results["trained_loss"][place, :, :, -1]
        median = np.nanmedian(accuracy, axis=1)
        if layers < 30:
            yield Claim(
                f"{layers} layers of ReLU learn under both scales: median training accuracy, "
                f"Xavier's (He's is {median[he]:.3f})",
                source,
                "above 0.9 both",
                float(median[xavier]),
                _range(accuracy[xavier]),
                bool(median.min() > 0.9),
            )
            continue
        weakened = f"{source}; of medians since the rule for all starts (below) was refused"
        yield Claim(
            f"{layers} layers, Xavier's N(0, 1/m), stall: median training accuracy (range over "
            "starts)",
            weakened,
            "below 0.15",
            float(median[xavier]),
            _range(accuracy[xavier]),
            bool(median[xavier] < 0.15),
        )
        loss = float(np.nanmedian(last[xavier]))
        yield Claim(
            f"{layers} layers, Xavier's: median training loss (range over starts)",
            weakened,
            "above 2.25; ln 10 = 2.303 is knowing nothing",
            loss,
            _range(last[xavier]),
            loss > 2.25,
        )
        stuck, starts = np.sum((accuracy[xavier] < 0.15) & (last[xavier] > 2.25)), accuracy.shape[1]
        yield Claim(
            f"{layers} layers, Xavier's: starts that stall, with accuracy and loss so, of {starts}",
            "rule set beforehand",
            f"{starts} ({'reached' if stuck == starts else 'REFUSED'})",
            int(stuck),
            None,
            None,
        )
        yield Claim(
            f"{layers} layers, He's N(0, 2/m), learn: median training accuracy (range over starts)",
            source,
            "above 0.75",
            float(median[he]),
            _range(accuracy[he]),
            bool(median[he] > 0.75),
        )
        worst = float(np.max(last[he]))
        yield Claim(
            f"{layers} layers, He's: largest training loss of any start",
            source,
            "below 1.5",
            worst,
            _range(last[he]),
            worst < 1.5,
        )


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _cliff_claims(results: Results) -> Iterator[Claim]:
    thresholds = results["thresholds"].tolist()
    starts = len(results["chain_starts"])
    outcomes = cliff_figures.outcomes(results)
    expected = {np.inf: (0.368, 0.413), 1.0: (0.0, 0.821), 0.1: (0.0, 0.577)}
    for threshold, outcome in zip(thresholds, outcomes, strict=True):
        diverged, solved = float(np.mean(outcome == -1)), float(np.mean(outcome == 1))
        words = "without clipping" if threshold == np.inf else f"clipped at {threshold:g}"
        near = np.abs(np.array([diverged, solved]) - expected[threshold])
        yield Claim(
            f"chain w²⁰ of {starts} starts, {words}: share that diverges (and that is solved, "
            f"{solved:.3f})",
            "deterministic, within 2 starts; Pascanu et al. 2013 for clipping",
            "{:g} (and {:g})".format(*expected[threshold]),
            diverged,
            None,
            bool((near <= 2 / starts + 5e-4).all()),
        )
    bounds = np.concatenate(
        [
            results[f"{which}_longest"][place] / (results[f"{which}_rate"] * threshold)
            for which in ("chain", "recurrent")
            for place, threshold in enumerate(thresholds)
            if threshold < np.inf
        ]
    )
    yield Claim(
        "a clipped step is never longer than learning rate × u: longest over bound",
        "lecture 11, gradient clipping",
        "at most 1",
        bounds.max(),
        None,
        bool(bounds.max() <= 1 + 1e-12),
    )
    norms = results["recurrent_gradient"]
    ratio = norms.max() / np.median(norms)
    yield Claim(
        "recurrent unit: largest gradient on the grid over the median one",
        "lecture 11, “exploding gradients lead to cliffs”",
        "above 1000",
        ratio,
        None,
        bool(ratio > 1000),
    )
    solved = np.mean(results["recurrent_losses"] < cliffs.SOLVED, axis=1)
    plain, clipped = solved[thresholds.index(np.inf)], solved[thresholds.index(1.0)]
    yield Claim(
        f"recurrent unit: share of {results['recurrent_losses'].shape[1]} starts that is solved "
        f"with clipping at 1 ({plain:.2f} without)",
        "lecture 11, “can be mitigated using gradient clipping”",
        "all, and more than without",
        float(clipped),
        None,
        bool(clipped == 1 and clipped > plain + 0.1),
    )
