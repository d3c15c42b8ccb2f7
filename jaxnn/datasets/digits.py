"""Which digit does an image of 8 x 8 pixels show?

1,797 handwritten digits of the UCI Optical Recognition data (Alpaydin and Kaynak, DOI
10.24432/C50P49), from the copy in scikit-learn.
"""

from __future__ import annotations

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables import Column, Table

# A pixel is the number of dark pixels in a block of 4 x 4 of the scanned image.
DARKEST = 16


def digits() -> Table:
    """1,797 images as 64 numeric predictors: the pixel counts 0..16 divided by 16, row by row.

    Returns:
      A `Table` with X (1797, 64) in [0, 1], columns "pixel 0,0" to "pixel 7,7", and a categorical
      response of ten levels, y = 0..9.

    Raises:
      InputError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise InputError(
            "digits() needs scikit-learn, which is not installed; install this package with its "
            "extra, pip install 'jaxnn[sklearn]'."
        ) from None
    pixels, classes = load_digits(return_X_y=True)
    columns = tuple(
        Column(f"pixel {row},{column}", "numeric") for row in range(8) for column in range(8)
    )
    response = Column("digit", "categorical", tuple("0123456789"))
    X = np.asarray(pixels, np.float64) / DARKEST
    y = np.asarray(classes, np.float64)
    return Table(columns, X, y, response, response_kind="categorical")
