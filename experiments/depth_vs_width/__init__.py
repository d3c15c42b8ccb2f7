"""What does depth buy, at equal numbers of parameters: where, when, and why?

    represent    a network of L layers can have (n + 1)^L straight pieces, of one layer n + 1
    learn        error of L layers / error of one layer, as many parameters, the same rows

The lecture shows two pictures, "better generalisation with depth" and "shallow nets overfit more".
What depth can represent is counted exactly (`folding`).  What it learns is measured on
targets that are made of folds or products, on smooth ones, on handwritten digits and on signals,
with plenty of rows and with few (`training`), and reported whatever its sign.
"""

TITLE = "What depth buys: folds that width cannot make, and when training finds them"
