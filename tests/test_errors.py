"""Are counts that no memory holds refused before anything is allocated?"""

import jax
import numpy as np
import pytest

from jaxnn.bootstrap import multiplicities
from jaxnn.datasets.generated_tables import rare_event_table, skewed_table
from jaxnn.datasets.known_models import linear_truth, logistic_truth
from jaxnn.datasets.signals import sample_signals
from jaxnn.datasets.targets import sample_target
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_jax_array,
    as_numbers,
    as_real,
    as_weights,
    check_bool,
    check_memory,
    check_name,
    check_positive,
    shown,
)


@pytest.mark.parametrize("n", [2**62, 10**13])
@pytest.mark.parametrize(
    "generate",
    [
        rare_event_table,
        skewed_table,
        logistic_truth,
        lambda key, n: linear_truth(key, n, [1.0, 2.0], noise=1.0),
        sample_signals,
        lambda key, n: sample_target(key, n, "fold"),
        multiplicities,
    ],
)
def test_more_numbers_than_memory_holds_are_refused(generate, n, key):
    with pytest.raises(InputError, match=rf"(n|rows) is {n}, which takes at least [\d,]+ bytes"):
        generate(key, n)


def test_what_fits_into_memory_is_accepted():
    check_memory(10**6, "n", 10**6)
    np.testing.assert_array_equal(as_weights([2, 0, 1], 3), [2, 0, 1])


@pytest.mark.parametrize(
    "value, text",
    [
        ("a\nb", r"'a\nb'"),
        (0.5, "0.5"),
        (np.arange(30.0), "an array of float64 with shape (30,)"),
        (np.ma.masked_array([1, 2], [0, 1]), "an array of int64 with shape (2,)"),
        ([np.eye(2)], "[array([[1., 0.], [0., 1.]])]"),
        ([10**5000], "a value of type list"),
        ("x" * 100, "'" + "x" * 76 + "..."),
    ],
)
def test_what_is_given_is_shown_on_one_line(value, text):
    assert shown(value) == text


def test_an_array_in_place_of_a_name_is_refused():
    with pytest.raises(
        InputTypeError, match=r"^side is an array of int64 with shape \(2,\); known"
    ):
        check_name(np.arange(2), "side", ["left", "right"])
    with pytest.raises(InputError, match=r"^side is 'lfet'; did you mean 'left'"):
        check_name("lfet", "side", ["left", "right"])
    check_name("left", "side", ["left", "right"])


def test_a_whole_number_beyond_floating_point_is_not_finite():
    with pytest.raises(InputError, match=r"^rate is 1000.*; pass a positive number"):
        check_positive(10**400, "rate")


def test_views_of_more_numbers_than_memory_holds_are_refused():
    with pytest.raises(
        InputError, match=r"^X has shape \(1099511627776, 2\), which takes at least"
    ):
        as_numbers(np.broadcast_to(np.float32(1), (2**40, 2)), "X")


def test_whole_numbers_beyond_the_precision_of_jax_do_not_wrap_around():
    values = as_jax_array([2**40, -(2**33), 1], "x")
    np.testing.assert_allclose(values, [2.0**40, -(2.0**33), 1])
    assert as_jax_array([1, 2], "x").dtype == np.int32


@pytest.mark.parametrize(
    "value", [None, True, "a", 1j, np.nan, np.inf, 1e300, 10**400, np.ones(2), [1.0]]
)
def test_what_is_no_number_in_the_precision_of_jax_is_refused(value):
    with pytest.raises(InputError, match=r"^rate (is|holds) .*; pass "):
        as_real(value, "rate")


def test_numbers_are_floats_and_traced_ones_stay_traced():
    assert as_real(np.float32(0.5), "rate") == 0.5
    assert as_real(np.array(2), "rate") == 2.0
    doubled = jax.jit(lambda rate: 2 * as_real(rate, "rate"))
    assert doubled(1.5) == 3.0
    with pytest.raises(InputError, match=r"^rate is an array of float32 with shape \(2,\)"):
        jax.jit(lambda rate: as_real(rate, "rate"))(np.ones(2))


@pytest.mark.parametrize("value", [None, 0, 1.0, "True", np.ones(2)])
def test_what_is_neither_true_nor_false_is_refused(value):
    with pytest.raises(InputTypeError, match=r"^flag is .*; pass True or False\.$"):
        check_bool(value, "flag")
