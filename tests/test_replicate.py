"""Is a replicate the same alone or among others, on one device or two, in any chunk?"""

from collections import Counter
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError, InputTypeError, progress, use_all_cores
from jaxnn.replicate import IN_FLIGHT, _dispatch_ahead, replicate, two_keys_each


def keys(count, seed=0):
    return jax.random.split(jax.random.key(seed), count)


def test_two_keys_each_are_those_of_a_split():
    expected = jax.random.key_data(jax.random.split(jax.random.key(3), (5, 2)))
    for i, found in enumerate(two_keys_each(jax.random.key(3), 5)):
        np.testing.assert_array_equal(jax.random.key_data(found), expected[:, i])


def draw(key, scale, row, data):
    """A result that depends on every argument."""
    return {
        "sum": scale * jax.random.normal(key) + jnp.dot(data, row["weights"]),
        "row": row["weights"] * row["level"],
        "count": jnp.sum(data > 0),
    }


def arguments(count):
    rng = np.random.default_rng(count)
    scales = rng.normal(size=count).astype(np.float32)
    rows = {
        "weights": rng.normal(size=(count, 4)).astype(np.float32),
        "level": np.arange(count, dtype=np.int32),
    }
    return (scales, rows), (np.linspace(-1, 2, 4, dtype=np.float32),)


def one_by_one(fn, count, mapped=(), shared=()):
    results = [
        fn(key, *jax.tree.map(lambda leaf, i=i: leaf[i], mapped), *shared)
        for i, key in enumerate(keys(count))
    ]
    return jax.tree.map(lambda *leaves: np.stack(leaves), *results)


def assert_equal(first, second):
    assert jax.tree.structure(first) == jax.tree.structure(second)
    jax.tree.map(np.testing.assert_array_equal, first, second)


def assert_close(first, second):
    assert jax.tree.structure(first) == jax.tree.structure(second)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-6), first, second)


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("chunk", [None, 1, 3, 100])
def test_the_result_is_that_of_a_loop_over_keys(count, chunk):
    mapped, shared = arguments(count)
    result = replicate(draw, keys(count), mapped=mapped, shared=shared, chunk=chunk)
    assert_close(result, one_by_one(draw, count, mapped, shared))
    for leaf in jax.tree.leaves(result):
        assert type(leaf) is np.ndarray and leaf.shape[0] == count
    assert result["row"].dtype == np.float32 and result["count"].dtype == np.int32


def test_devices_and_neighbours_do_not_matter():
    assert len(jax.devices()) == 2  # else the test would show nothing
    mapped, shared = arguments(7)
    both = replicate(draw, keys(7), mapped=mapped, shared=shared, chunk=2)
    for devices in (jax.devices()[:1], jax.devices()[1:], jax.devices()[::-1]):
        alone = replicate(draw, keys(7), mapped=mapped, shared=shared, chunk=2, devices=devices)
        assert_close(alone, both)
    # The fifth replicate with other neighbours: the same key and arguments.
    order = np.array([4, 0, 6])
    taken = jax.tree.map(lambda leaf: leaf[order], mapped)
    some = replicate(draw, keys(7)[order], mapped=taken, shared=shared, chunk=2)
    assert_close(some, jax.tree.map(lambda leaf: leaf[order], both))
    assert both["sum"][4] != both["sum"][0]


def test_a_replicate_that_is_not_finite_spoils_no_other():
    mapped = (np.array([1.0, np.nan, 3.0, np.inf, 5.0], np.float32),)
    result = replicate(lambda key, x: x * jnp.ones(2), keys(5), mapped=mapped, chunk=5)
    np.testing.assert_array_equal(np.isfinite(result).all(axis=1), np.isfinite(mapped[0]))


def test_both_devices_work():
    """Each replicate calls back once."""
    seen = Counter()

    def note(key, x):
        jax.debug.callback(lambda value: seen.update([int(value)]), x)
        return x

    replicate(note, keys(6), mapped=(np.arange(6),), chunk=3)
    jax.effects_barrier()
    assert seen == Counter(range(6))


def steps_until(key, target):
    """Counts up to `target`, with a note for each step that the program makes."""
    del key

    def step(state):
        jax.debug.callback(lambda: STEPS.update(["step"]))
        return state + 1

    return jax.lax.while_loop(lambda state: state < target, step, 0)


STEPS: Counter = Counter()


@pytest.mark.parametrize("varying_length", [True, False])
def test_with_varying_length_no_replicate_waits_for_another(varying_length):
    STEPS.clear()
    targets = np.array([1, 20, 2, 30])
    result = replicate(
        steps_until,
        keys(4),
        mapped=(targets,),
        chunk=4,
        varying_length=varying_length,
        devices=jax.devices()[:1],
    )
    jax.effects_barrier()
    np.testing.assert_array_equal(result, targets)
    # Side by side, all four take as many steps as the slowest.
    assert STEPS["step"] == (sum(targets) if varying_length else max(targets))


def test_typed_keys_are_returned_as_their_data():
    def with_keys(key):
        first, second = jax.random.split(key)
        return {"key": first, "draw": jax.random.normal(second)}

    result = replicate(with_keys, keys(3))
    expected = jax.random.key_data(jax.vmap(lambda k: jax.random.split(k)[0])(keys(3)))
    np.testing.assert_array_equal(result["key"], expected)


def test_keys_of_another_kind_keep_their_kind():
    def made():
        return jax.random.split(jax.random.key(3, impl="rbg"), 3)

    result = replicate(lambda key: jax.random.bits(key), made(), chunk=1)
    expected = [jax.random.bits(key) for key in made()]
    np.testing.assert_array_equal(result, expected)


def test_a_second_key_can_be_mapped():
    result = replicate(
        lambda key, other: jax.random.normal(other), keys(3), mapped=(keys(3, seed=9),)
    )
    np.testing.assert_allclose(result, jax.vmap(jax.random.normal)(keys(3, seed=9)), rtol=1e-6)


def test_double_precision_stays_double():
    with jax.enable_x64(True):
        result = replicate(lambda key, x: x / 3, keys(2), mapped=(np.array([1.0, 2.0]),))
        np.testing.assert_array_equal(result, np.array([1.0, 2.0]) / 3)
    assert result.dtype == np.float64


TRACES: Counter = Counter()


def traced(key, x, *, power):
    TRACES[power] += 1
    return x**power + 0 * jax.random.uniform(key)


def test_equal_partials_compile_once():
    for _ in range(3):
        replicate(partial(traced, power=2), keys(4), mapped=(np.arange(4.0),), chunk=2)
    assert TRACES[2] >= 1
    first = TRACES[2]
    replicate(partial(traced, power=2), keys(4, seed=1), mapped=(np.ones(4),), chunk=2)
    assert TRACES[2] == first
    result = replicate(partial(traced, power=3), keys(4), mapped=(np.arange(4.0),), chunk=2)
    np.testing.assert_array_equal(result, np.arange(4.0) ** 3)


def test_partials_of_different_arrays_are_different_functions():
    def add(key, values):
        return values.sum() + 0 * jax.random.uniform(key)

    for value in (1.0, 5.0):
        result = replicate(partial(add, values=np.full(3, value)), keys(2))
        np.testing.assert_array_equal(result, np.full(2, 3 * value))


def scaled_counts(key, *, scale):
    del key
    return jnp.arange(3) * scale


def test_equal_arguments_of_different_types_are_different_functions():
    for scale in (1, 1.0):
        result = replicate(partial(scaled_counts, scale=scale), keys(2))
        assert result.dtype == np.asarray(scaled_counts(None, scale=scale)).dtype


def test_few_chunks_are_in_flight_at_once():
    in_flight, most = set(), 0

    def dispatch(block):
        nonlocal most
        in_flight.add(block[0])
        most = max(most, len(in_flight))
        return block, None

    order = []
    for block, _ in _dispatch_ahead(dispatch, [np.array([i]) for i in range(50)]):
        in_flight.remove(block[0])
        order.append(block[0])
    assert order == list(range(50))
    assert 2 <= most <= IN_FLIGHT


def test_memory_is_bounded_at_thousands_of_replicates(optimized):
    """Each replicate works on 1 MB: two thousand of them at once would be 2 GB."""
    resource = pytest.importorskip("resource")

    def work(key, level):
        big = jax.lax.fori_loop(0, 2, lambda i, x: x + level, jnp.zeros(2**18))
        return big[:2] + 0 * jax.random.uniform(key)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with optimized():
        result = replicate(work, keys(2_000), mapped=(np.arange(2_000.0),), chunk=8)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    np.testing.assert_array_equal(result[:, 0], 2 * np.arange(2_000.0))
    assert after - before < 400_000  # kilobytes


def test_the_progress_bar_counts_replicates(capsys, monkeypatch):
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    replicate(lambda key: jnp.zeros(()), keys(5), chunk=1, progress="counting")
    shown = capsys.readouterr().err
    assert "counting" in shown and "5/5" in shown
    replicate(lambda key: jnp.zeros(()), keys(5), chunk=1)
    assert capsys.readouterr().err == ""


def test_all_cores_can_only_be_asked_for_before_the_first_computation():
    assert use_all_cores(2) == 2  # as tests/conftest.py set it
    with pytest.raises(InputError, match=r"count is 3, but JAX has already started with 2 CPU"):
        use_all_cores(3)
    with pytest.raises(InputError, match=r"count is 0; pass a"):
        use_all_cores(0)
    assert jax.config.jax_num_cpu_devices == 2
    with pytest.raises(InputTypeError, match="count is '2'"):
        use_all_cores("2")


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"keys": 3}, InputTypeError, "keys is the integer 3; pass jax.random.split"),
        ({"keys": np.zeros((3, 2), np.uint32)}, InputTypeError, "keys is an array of uint32"),
        ({"keys": jax.random.key(0)}, InputError, r"keys has shape \(\); pass one key per"),
        (
            {"keys": jax.random.split(jax.random.key(0), 2)[:0]},
            InputError,
            "keys is empty; pass",
        ),
        ({"mapped": np.zeros(3)}, InputTypeError, "mapped is a ndarray; pass a tuple"),
        (
            {"mapped": (np.zeros(4),)},
            InputError,
            r"mapped holds an array of shape \(4,\); .* of length 3",
        ),
        ({"mapped": (1.0,)}, InputError, r"mapped holds an array of shape \(\)"),
        ({"shared": np.zeros((1, 3))}, InputTypeError, "shared is a ndarray; pass a tuple"),
        ({"chunk": 0}, InputError, "chunk is 0; pass a whole number of at least 1"),
        ({"chunk": 1.5}, InputTypeError, "chunk is 1.5"),
        ({"working_set": -1}, InputError, "working_set is -1"),
        ({"devices": []}, InputError, "devices"),
        ({"devices": "cpu"}, InputTypeError, "devices is 'cpu'; pass a list such as"),
        ({"devices": 2}, InputTypeError, "devices is 2"),
        ({"devices": [jax.devices()[0]] * 2}, InputError, "pass each device once"),
        ({"shared": ("text",)}, InputTypeError, "shared holds a str; pass arrays of numbers"),
        ({"shared": (max,)}, InputTypeError, "shared holds a builtin_function_or_method"),
        ({"mapped": (np.array(["a", "b", "c"]),)}, InputTypeError, "mapped holds a ndarray"),
        ({"fn": 5}, InputTypeError, "fn is"),
    ],
)
def test_impossible_arguments_are_refused(wrong, error, sentence):
    given = {"fn": lambda key, *rest: jnp.zeros(()), "keys": keys(3)} | wrong
    with pytest.raises(error, match=sentence):
        replicate(given.pop("fn"), given.pop("keys"), **given)
