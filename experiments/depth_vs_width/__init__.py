"""With equal numbers of parameters, what does depth gain: where, when, and why?

    represent    straight pieces of L layers of n units: up to (n + 1)^L, of one layer: n + 1
    learn        error of L layers / error of one layer, as many parameters, the same rows

The lecture shows two pictures, "better generalisation with depth" and "shallow nets overfit more".
What depth can represent is counted exactly (`folding`). What it learns is measured on targets made
of folds or products, on smooth targets, on handwritten digits and on signals, with many rows and
with few (`training`), and reported whatever the sign.
"""

TITLE = "What depth gains: folds that width cannot make, and when training finds them"
