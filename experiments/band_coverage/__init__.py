"""How often do bootstrap bands contain a truth that is known?

    band         quantiles over refits b of f_b(x)
    coverage     share of data sets whose band contains the truth

Lecture 11, from "Adding Uncertainty" to "Bootstrapping for Predictions". Draw a data set from a
known model, refit on B resamples of its rows, read off the nominal 95% band, and check whether it
contains the truth. `known_truth` draws and refits; `closed_forms` has the values that theory
expects. `network_bands` compares kinds of band of a network on the truths of `settings`, among them
the calibrated band of `jaxnn.bands`. The experiment `black_box_heart` shows bands for data whose
truth is unknown.
"""

TITLE = "How often bootstrap bands contain a known truth"
