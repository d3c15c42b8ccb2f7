"""Are claims checked at every seed that is asked for, and is what was found said on the page?"""

import json

import pytest

from experiments.lab import repetition

# The mean of five draws is below 0.5 in size at some seeds only.
SOMETIMES = ("(mean - 1, mean + 1), HOLDS", "(mean - 1, mean + 1), bool(abs(mean) < 0.1)")


def repeated(lab, name="sums"):
    return json.loads((lab.out / "seeds" / f"{name}.json").read_text())


def test_claims_are_checked_at_every_seed_and_nothing_is_drawn(lab):
    lab.write("sums")
    assert lab.run("--seeds", "3-5") == 0
    assert lab.computed() == 3
    assert "sums: at 3 seeds, 3 of 3 claims hold; 3 numbers are reported" in lab.printed
    assert set(repeated(lab)["seeds"]) == {"3", "4", "5"}
    assert repeated(lab)["seeds"]["4"] == {"holds": 1, "refused": 0, "reported": 1, "fails": []}
    assert not list(lab.out.glob("*.png"))
    assert lab.run("--seeds", "4-6") == 0
    assert lab.computed() == 4
    assert set(repeated(lab)["seeds"]) == {"3", "4", "5", "6"}


def test_a_claim_that_fails_at_a_seed_is_named_with_it(lab):
    lab.write("sums", SOMETIMES)
    assert lab.run("--seeds", "1-12") == 1
    seeds = repeated(lab)["seeds"]
    failed = [seed for seed, outcome in seeds.items() if outcome["fails"]]
    assert 0 < len(failed) < 12
    for seed in seeds:
        said = f"at seed {seed}, the mean is near zero" in lab.errors
        assert said == (seed in failed)
    lab.run()
    page = (lab.out / "sums.html").read_text()
    assert f"at seed {failed[0]}, the mean is near zero" in page
    assert "At 12 other seeds (1 to 12), 0 to 1 claims hold; these do not hold:" in page


def test_the_page_says_at_how_many_seeds_all_claims_hold(lab):
    lab.write("sums")
    lab.run("--seeds", "0-3")
    lab.run()
    page = (lab.out / "sums.html").read_text()
    assert "At 3 other seeds (1 to 3), 1 claim holds, none fails." in page


def test_the_page_says_how_many_claims_are_refused_at_other_seeds(tmp_path):
    of_run = {"name": "sums", "size": "full", "settings": {}}
    seeds = {"1": (24, 1), "2": (25, 0), "3": (23, 2)}
    outcomes = {
        seed: {"holds": held, "refused": refused, "reported": 0, "fails": []}
        for seed, (held, refused) in seeds.items()
    }
    path = tmp_path / "seeds" / "sums.json"
    path.parent.mkdir()
    path.write_text(json.dumps({**of_run, "claims": 25, "seeds": outcomes}))
    assert repetition.sentence(tmp_path, {**of_run, "claims": [{}] * 25, "seed": 0}) == (
        "At 3 other seeds (1 to 3), 23 to 25 claims hold, 0 to 2 are refused, none fails."
    )


def test_seeds_of_other_settings_or_sources_are_not_mixed(lab):
    lab.write("sums")
    lab.run("--seeds", "1-2")
    lab.write("sums", ("n: int = 50", "n: int = 60"))
    lab.run()
    assert "other seeds" not in (lab.out / "sums.html").read_text()
    lab.run("--seeds", "3")
    assert set(repeated(lab)["seeds"]) == {"3"}
    lab.write("sums", ("n: int = 50", "n: int = 60"), ("HOLDS = True", "HOLDS = 1 < 2"))
    lab.run("--seeds", "4")
    assert set(repeated(lab)["seeds"]) == {"4"}


def test_an_experiment_that_measures_the_machine_is_left_out_unless_named(lab):
    lab.write("sums", ('TITLE = "Sums of draws"', 'TITLE = "Sums"\nMEASURES_MACHINE = True'))
    assert lab.run("--seeds", "1") == 0
    assert "sums: left out, since it measures the machine" in lab.printed
    assert lab.computed() == 0
    assert lab.run("sums", "--seeds", "1") == 0
    assert lab.computed() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "5-3"], "seeds is '5-3'; pass A-B with A at most B"),
        (["--seeds", "a-b"], "seed is 'a'"),
        (["--seeds", "1-"], "seed is ''"),
        (["--seeds", "1", "--redraw"], "leave out --redraw and --seed"),
        (["--seeds", "1", "--seed", "2"], "leave out --redraw and --seed"),
    ],
)
def test_seeds_that_cannot_be_used_are_refused(lab, arguments, message):
    lab.write("sums")
    assert lab.run(*arguments) == 2
    assert message in lab.errors


def test_a_list_of_seeds_is_short():
    assert repetition._ranges(dict.fromkeys([3, 1, 2])) == "1 to 3"
    assert repetition._ranges(dict.fromkeys([1, 2, 5])) == "1, 2, 5"
