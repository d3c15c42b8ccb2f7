"""Is every option that cannot be used refused in one sentence, before anything is read?"""

import pytest

FIXED = ["--hidden", "3", "--penalty", "1", "--epochs", "3"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--activation", "tahn"], "--activation is 'tahn'; did you mean 'tanh'"),
        ([*FIXED, "--optimizer", "adm"], "--optimizer is 'adm'; did you mean 'adam'"),
        (["--replicates", "0"], "--replicates: '0' is not a whole number from 1"),
        (["--replicates", "two"], "--replicates: 'two' is not a whole number from 1"),
        (["--epochs", "0"], "--epochs: '0' is not a whole number from 1"),
        (["--hidden", "8", "0"], "--hidden: '0' is not a whole number from 1"),
        (["--hidden", "-4"], "--hidden"),
        (["--batch-size", "0"], "--batch-size: '0' is not a whole number"),
        (["--level", "1"], "--level: '1' is not a number between 0 and 1"),
        (["--level", "nan"], "--level: 'nan' is not a number between 0 and 1"),
        (["--learning-rate", "inf"], "--learning-rate: 'inf' is not a positive number"),
        (["--penalty=-1"], "--penalty: '-1' is not a number of at least 0"),
        (["--seed=-1"], "--seed: '-1' is not a whole number from 0"),
        (["--seed", "1.5"], "--seed: '1.5' is not a whole number from 0"),
        (["--seed", "99999999999"], "--seed: '99999999999' is not a whole number from 0"),
        (["--center", "middle"], "--center: invalid choice: 'middle'"),
        (["--response", "il"], "--response is 'il'; did you mean 'ill'"),
        (["--predictors", "dosis"], "--predictors is 'dosis'; did you mean 'dose'"),
        (["--features", "grup"], "--features is 'grup'; did you mean 'group'"),
        (["--categorical", "grop"], "--categorical is 'grop'; did you mean 'group'"),
        (["--categorical", "dose", "--numeric", "dose"], "both name 'dose'"),
        (["--ordinal", "group=a,b,c", "--numeric", "group"], "both name 'group'"),
        (["--ordinal", "group"], "--ordinal: 'group' is not a column with its levels in order"),
        (["--ordinal", "grup=a,b"], "--ordinal is 'grup'; did you mean 'group'"),
        (["--dates", "dosis"], "--dates is 'dosis'; did you mean 'dose'"),
        (["--exclude", "dosis"], "--exclude is 'dosis'; did you mean 'dose'"),
        (["--exclude", "ill"], "--exclude"),
        (["--weights", "wt"], "--weights is 'wt'"),
        (["--weights", "group"], "'group'"),
        (["--groups", "ill"], "--groups is 'ill', which is also the response"),
        (["--kind", "count"], "'ill'"),
        (["--decimal", ";;"], "--decimal is ';;'"),
        (["--thousands", "x"], "--thousands is 'x'"),
        (["--optimizer", "sgd", "--epochs", "3"], "pass --hidden and --penalty too"),
        (["--numeric", "group"], "column 'group' has the text 'a' at line 2"),
        (["--positive", "Yess"], "--positive is 'Yess'; did you mean 'Yes'"),
        (["--response", "sort", "--kind", "binary"], "has 3 distinct values"),
        (["--delimiter", ";;"], "--delimiter is ';;'"),
        (["--encoding", "utf-9"], "--encoding is 'utf-9'"),
        (["--hiden", "3"], "unrecognized arguments: --hiden"),
    ],
)
def test_an_option_that_cannot_be_used(table, tmp_path, words, sentence, refused):
    out = tmp_path / "out"
    assert sentence in refused("explain", table, "--response", "ill", "--out", out, *words)
    assert not out.exists()


def test_what_is_missing_is_asked_for(table, refused):
    assert "arguments are required: COMMAND" in refused()
    assert "arguments are required: TABLE" in refused("explain")
    assert "--response is missing; pass --response" in refused("explain", table)
    assert "invalid choice: 'explode'" in refused("explode", table)


@pytest.mark.parametrize("words", [["--help"], ["explain", "--help"], ["describe", "--help"]])
def test_help_is_a_page(words, capsys, run):
    with pytest.raises(SystemExit, match=r"^0$"):
        run(*words)
    assert "usage: jaxnn" in capsys.readouterr().out
