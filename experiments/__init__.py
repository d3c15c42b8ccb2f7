"""Which experiments are there, and what are the parts of an experiment?

    results = compute(key, settings)     arrays, stored       (the only step that takes time)
    claims(results)                      what is claimed, what was expected, what was measured
    draw(results)                        figures, from the stored arrays alone

An experiment is a folder `experiments/NAME/`, named in `NAMES`:

    __init__.py   its question and central formula;  TITLE, one line;
                  MEASURES_MACHINE = True where the results are times
    compute.py    Settings, a frozen dataclass of plain values, and its instances FULL and QUICK;
                  compute(key, settings) -> a flat dictionary of arrays, numbers and strings
    claims.py     claims(results) -> list of Claim;  optionally verdict(results) -> lists of
                  sentences by heading: a summary of the claims in words, for the page
    draw.py       draw(results) -> figures by name, the main one first;  CAPTIONS by name;
                  an animation (`lab/animation.py`) may stand in place of a figure

`results` holds NumPy arrays read back from the file (a number has shape ()). A long file is split:
parts of `compute` are named by their topic, parts of the others `claims_TOPIC.py` and
`draw_TOPIC.py`. `reading.py` has the look-ups that both claims and figures use.

`lab/` runs experiments, stores their results and shows them; `shared/` holds modules that several
experiments use. `python -m experiments` runs them; read `lab/runner.py` first. This file imports
nothing, so that the processes that are timed load only what they use.
"""

# In the lecture's order; the speed of the machine comes last.
NAMES: tuple[str, ...] = (
    "universal_approximation",
    "depth_vs_width",
    "black_box_heart",
    "importance_intervals",
    "band_coverage",
    "gradient_descent",
    "backpropagation",
    "learning_dynamics",
    "vanishing_exploding",
    "phase_diagram",
    "optimizers",
    "initialization",
    "batch_normalization",
    "regularization",
    "batch_speed",
    "refit_speed",
)
