"""Which experiments are there, and what is an experiment made of?

    results = compute(key, settings)     arrays, saved        (the only step that takes time)
    claims(results)                      what is said, what was expected, what was measured
    draw(results)                        figures, from the saved arrays alone

An experiment is a module `experiments/<name>.py`, named in `NAMES`, with

* a docstring: its question and its central formula;
* `TITLE`, one line;
* `Settings`, a frozen dataclass of plain values, and the instances `FULL` and `QUICK`;
* `compute(key, settings) -> dict[str, array]`: flat; arrays, numbers and strings;
* `claims(results) -> list[Claim]` and `draw(results) -> dict[str, Figure]`, the main figure first,
  where `results` holds NumPy arrays read back from the file (a number has shape ());
* optionally `CAPTIONS`, a sentence for each figure by its name, and `verdict(results)`, lists of
  sentences by heading: what the claims come to, in words for the gallery.

`python -m experiments` runs them; read `runner.py` first, then `store.py`.  This file imports
nothing, so that processes that are timed load no more than they use.
"""

NAMES: tuple[str, ...] = (
    "black_box_heart",
    "universal_approximation",
    "refit_speed",
    "backpropagation",
    "vanishing_exploding",
    "phase_diagram",
    "depth_vs_width",
    "initialization",
    "learning_dynamics",
)
