"""Which of 303 patients have heart disease?

The Cleveland part of the UCI Heart Disease data (Janosi, Steinbrunn, Pfisterer and Detrano, DOI
10.24432/C52P4X, CC BY 4.0; see heart_attribution.txt beside this file), with the names and labels
of "An Introduction to Statistical Learning". Six values are missing: four of Ca, two of Thal.
"""

from __future__ import annotations

from importlib import resources

from jaxnn.tables import Table, read_csv

# In the order of the codes, or of severity; the first level is the encoder's reference.
LEVELS = {
    "Sex": {0: "female", 1: "male"},
    "ChestPain": ("typical", "asymptomatic", "nonanginal", "nontypical"),
    "RestECG": {0: "normal", 1: "ST-T abnormality", 2: "hypertrophy"},
    "Slope": {1: "up", 2: "flat", 3: "down"},
    "Thal": ("normal", "fixed", "reversable"),
}
KINDS = {"Ca": "numeric", "RestECG": "categorical", "Slope": "categorical"}


def heart(missing: str = "drop") -> Table:
    """The Heart table: 13 predictors of AHD, atherosclerotic heart disease (Yes = 1).

    Age (years), Sex, ChestPain, RestBP (mm Hg at rest), Chol (mg/dl), Fbs (fasting sugar above
    120 mg/dl), RestECG, MaxHR (beats/min), ExAng (angina in exercise), Oldpeak (ST depression),
    Slope (of the ST segment), Ca (vessels coloured by fluoroscopy, 0 to 3), Thal (thallium scan).
    Six are numeric, three binary, four categorical: 18 features once encoded.

    Args:
      missing: "drop" leaves out the six patients with a missing value (297 rows), "impute" fills
        in the median or the most common level (303 rows), "refuse" raises an error.

    Returns:
      A `Table`.

    Raises:
      InputError: `missing` is none of these, or is "refuse".

    Example:
      >>> table = heart()
      >>> table.X.shape, table.response.levels, int(table.y.sum())
      ((297, 13), ('No', 'Yes'), 137)
    """
    with resources.as_file(resources.files("jaxnn.datasets") / "heart.csv") as path:
        return read_csv(path, "AHD", missing=missing, kinds=KINDS, levels=LEVELS)
