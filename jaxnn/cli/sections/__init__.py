"""What does each section of the page of an explanation say?

worth.py         whether a network predicts better than other methods
importance.py    which predictors matter
curves.py        how the prediction changes along each predictor
interactions.py  which predictors act together
errors.py        how good the predictions are
columns.py       what the columns of the table were taken for
bands.py         what each band means, and how often it was measured to hold the truth
"""
