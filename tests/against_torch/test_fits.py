"""Are five combinations of regularisers trained as in PyTorch?

With the noise of our fit replayed in PyTorch, losses are equal epoch by epoch. With noise that
PyTorch draws itself, mean losses over many fits agree within their standard errors.
"""

import jax
import numpy as np
from matplotlib.figure import Figure

from jaxnn import fit, init

EPOCHS, FITS = 40, 30


class Replayed:
    """The noise of a fit, as it was recorded in each step."""

    def __init__(self, torch, notes, rows, net):
        self.torch, self.notes, self.rows, self.net = torch, notes, rows, net

    def begin(self, epoch):
        self.epoch = epoch

    def found(self, place, shape):
        """What the first regulariser was given at a place in this step, and the last one made."""
        pairs = [at[self.epoch] for (_, p, s), at in self.notes.items() if (p, s) == (place, shape)]
        return None if not pairs else (pairs[0][0], pairs[-1][1])

    def features(self, X):
        pair = self.found("features", (X.shape[1],))
        return X if pair is None else self.torch.tensor(pair[1][:, : self.rows].T)

    def targets(self, y):
        pair = self.found("targets", (1,))
        return y if pair is None else self.torch.tensor(pair[1][0, : self.rows])

    def weights(self, number, w):
        pair = self.found("weights", tuple(w.shape))
        return w if pair is None else w + self.torch.tensor(pair[1] - pair[0])

    def hidden(self, number, h):
        pair = self.found("hidden", (h.shape[1],))
        return h if pair is None else h * self.torch.tensor(pair[1][:, : self.rows].T)


class Drawn:
    """Noise that PyTorch draws, by its own functions where it has one."""

    def __init__(self, torch, regularizers):
        self.torch = torch
        self.entries = {type(entry).__name__: entry for entry in regularizers}

    def begin(self, epoch):
        del epoch  # each step draws anew

    def features(self, X):
        torch, entries = self.torch, self.entries
        if "Augmentation" in entries:
            X = torch.where(torch.rand(len(X), 1) < 0.5, X, X.flip(1))
        if "InputNoise" in entries:
            X = X + entries["InputNoise"].deviation * torch.randn_like(X)
        if "Dropout" in entries:
            X = torch.nn.functional.dropout(X, 1 - entries["Dropout"].input_keep)
        return X

    def targets(self, y):
        torch, entries = self.torch, self.entries
        if "LabelNoise" in entries:
            anew = torch.rand_like(y) < entries["LabelNoise"].share
            y = torch.where(anew, torch.bernoulli(torch.full_like(y, 0.5)), y)
        if "LabelSmoothing" in entries:
            share = entries["LabelSmoothing"].share
            y = (1 - share) * y + share / 2
        return y

    def weights(self, number, w):
        if "WeightNoise" not in self.entries:
            return w
        return w + self.entries["WeightNoise"].deviation * self.torch.randn_like(w)

    def hidden(self, number, h):
        if "Dropout" not in self.entries:
            return h
        return self.torch.nn.functional.dropout(h, 1 - self.entries["Dropout"].hidden_keep)


def first_parameters(key, combination):
    """Those that a fit with this key begins with."""
    return init(jax.random.fold_in(key, 0), combination.net)


def test_losses_are_those_of_pytorch_with_the_same_noise(
    combination, recorded, torch, trained_by_torch
):
    with jax.enable_x64(True):
        regularizers, notes = recorded(combination.regularizers)
        recipe = combination.recipe(EPOCHS, regularizers=regularizers)
        rows = combination.net, combination.X, combination.y, recipe
        fitted = fit(jax.random.key(5), *rows, validation=combination.validation)
        jax.effects_barrier()
        first = first_parameters(jax.random.key(5), combination)
        history, best = jax.tree.map(np.array, (fitted.history, fitted.epochs))
        ran = np.isfinite(history.train_loss)
        last = int(history.epoch[ran][-1])
        noise = Replayed(torch, notes, len(combination.X), combination.net)
        losses, watched = trained_by_torch(first, combination, last, noise)
    at = history.epoch[ran]
    np.testing.assert_allclose(history.train_loss[ran], losses[at], rtol=1e-9)
    np.testing.assert_allclose(history.validation_loss[ran], watched[at], rtol=1e-9)
    if recipe.patience is None:
        assert last == EPOCHS
    else:  # it stopped early, at the best epoch but the first
        assert last == best + recipe.patience < EPOCHS
        assert best == 1 + np.argmin(watched[1:])


def drawn(path, title, curves):
    """A picture of mean losses, with bands of two standard errors."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for (name, losses), dash in zip(curves.items(), ("-", "--"), strict=True):
        mean, error = losses.mean(axis=0), losses.std(axis=0, ddof=1) / np.sqrt(len(losses))
        axes.plot(mean, dash, label=name)
        axes.fill_between(range(len(mean)), mean - 2 * error, mean + 2 * error, alpha=0.25)
    axes.set(xlabel="epoch", ylabel="mean training loss without noise", title=title)
    axes.legend()
    figure.savefig(path)


def test_mean_losses_are_those_of_pytorch_with_noise_of_its_own(
    combination, torch, trained_by_torch, tmp_path
):
    """From the same initial weights; a picture of both curves is left in the folder of the test."""
    recipe = combination.recipe(EPOCHS, patience=None, history_every=1)
    with jax.enable_x64(True):
        rows = combination.net, combination.X, combination.y, recipe
        fits = jax.vmap(lambda key: fit(key, *rows, validation=combination.validation))(
            jax.random.split(jax.random.key(7), FITS)
        )
        ours = np.array(fits.history.train_loss)
        firsts = jax.vmap(lambda key: first_parameters(key, combination))(
            jax.random.split(jax.random.key(7), FITS)
        )
    torch.manual_seed(0)
    noise = Drawn(torch, combination.regularizers)
    theirs = np.array(
        [
            trained_by_torch(
                jax.tree.map(lambda leaf, b=b: leaf[b], firsts), combination, EPOCHS, noise
            )[0]
            for b in range(FITS)
        ]
    )
    drawn(tmp_path / "losses.png", combination.name, {"jaxnn": ours, "PyTorch": theirs})
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=1e-12)
    differences = (ours - theirs)[:, 1:]
    errors = differences.std(axis=0, ddof=1) / np.sqrt(FITS)
    assert np.abs(differences.mean(axis=0) / errors).max() < 4
    # The comparison is sharp: errors are a small part of what training gains.
    gained = ours[:, 0].mean() - ours[:, -1].mean()
    assert errors.max() < 0.1 * gained
