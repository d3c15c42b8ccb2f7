"""Are the Heart data the published ones, read and encoded as described?"""

import hashlib
from importlib import resources

import jax
import numpy as np
import pytest

from jaxnn.datasets import heart
from jaxnn.errors import InputError
from jaxnn.tables import Encoder, column_index, encode, encoded_names, encoded_width, fit_scaling


def test_heart_has_the_published_counts():
    table = heart("impute")
    assert table.X.shape == (303, 13)
    assert table.y.sum() == 139
    assert table.response.levels == ("No", "Yes")
    assert sum(table.missing) == 6
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds == {
        **dict.fromkeys(["Age", "RestBP", "Chol", "MaxHR", "Oldpeak", "Ca"], "numeric"),
        **dict.fromkeys(["Sex", "Fbs", "ExAng"], "binary"),
        **dict.fromkeys(["ChestPain", "RestECG", "Slope", "Thal"], "categorical"),
    }
    levels = {column.name: column.levels for column in table.columns if column.levels}
    assert levels["RestECG"] == ("normal", "ST-T abnormality", "hypertrophy")
    assert levels["Slope"] == ("up", "flat", "down")
    assert levels["Thal"][0] == "normal"
    ecg = table.X[:, column_index(table, "RestECG")]
    assert np.bincount(ecg.astype(int)).tolist() == [151, 4, 148]
    first = dict(zip(kinds, table.X[0], strict=True))
    assert [first[name] for name in ("Age", "Sex", "RestECG", "Slope", "Thal")] == [63, 1, 2, 2, 1]


def test_heart_without_the_incomplete_rows():
    table = heart()
    assert table.X.shape == (297, 13)
    assert table.y.sum() == 137
    assert table.notes == ("left out 6 of 303 rows with missing values ('Ca' 4, 'Thal' 2)",)
    whole = heart("impute")
    kept = [row for row in range(303) if (whole.X[row] == table.X).all(axis=1).any()]
    assert len(kept) >= 297
    with pytest.raises(InputError, match=r"'Ca' 4 \(first at line 168\), 'Thal' 2"):
        heart("refuse")


def test_heart_encodes_to_eighteen_features():
    table = heart()
    encoder = Encoder(table.columns)
    assert encoded_width(encoder) == len(encoded_names(encoder)) == 18
    compiled = jax.jit(lambda X: encode(encoder, fit_scaling(encoder, X), X))
    features = np.asarray(compiled(table.X))
    age = table.X[:, 0]
    np.testing.assert_allclose(features[:, 0], (age - age.mean()) / age.std(), atol=1e-5)
    indicators = [place for place, name in enumerate(encoded_names(encoder)) if "=" in name]
    assert len(indicators) == 12
    assert set(np.unique(features[:, indicators])) == {0, 1}


def test_heart_ships_with_its_attribution():
    folder = resources.files("jaxnn.datasets")
    text = (folder / "heart_attribution.txt").read_text(encoding="utf-8")
    for part in ("Janosi", "10.24432/C52P4X", "CC BY 4.0", "What was changed"):
        assert part in text
    content = (folder / "heart.csv").read_bytes().replace(b"\r\n", b"\n")
    # Of the file that was compared with the published counts and with the Statlog rows.
    assert (
        hashlib.sha256(content).hexdigest()
        == "6c9cb57d127329e431e80bd5b7fa63af0ea2d1767517aca238f787dee3a6ae09"
    )
