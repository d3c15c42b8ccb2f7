"""What are bootstrap bands worth: how often do they contain a truth that is known?

    band         quantiles over refits b of f_b(x)
    coverage     share of data sets whose band contains the truth

Lecture 11, from "Adding Uncertainty" to "Bootstrapping for Predictions".  Draw a data set from a
model that is written down, refit on B resamples of its rows, read off the nominal 95% band,
and see whether it contains the truth.  `known_truth` draws and refits; `closed_forms` has what
theory expects.  The experiment `black_box_heart` has such bands on data whose truth is unknown.
"""

TITLE = "What bootstrap bands are worth: how often they contain a known truth"
