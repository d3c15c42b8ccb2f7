"""What does depth gain over width when the number of parameters is the same?

    represent    straight pieces: up to (n + 1)^L with L layers of n units, n + 1 with one layer
    learn        error of L layers / error of one layer, equal numbers of parameters, the same rows

The lecture shows two pictures, "better generalisation with depth" and "shallow nets overfit more".
What depth can represent is counted exactly (`folding`). What deep networks learn is measured on
folds, products, smooth targets, handwritten digits and signals, with many rows and with few
(`training`), and is reported whether or not depth helps.
"""

TITLE = "What depth gains over width: many more pieces, and a better fit on some targets"
