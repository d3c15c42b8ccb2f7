"""What does a run make of damaged files? It computes them again, or refuses in one sentence.

Each damage changes one file of a finished run, at random; some use the file of another run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.damage.stores import Store

Content = Callable[[bytes, np.random.Generator], bytes]
Place = Callable[[Path, Path, Path, np.random.Generator], None]


def _bytes_changed(count: int) -> Content:
    def change(content: bytes, random: np.random.Generator) -> bytes:
        changed = bytearray(content)
        for place in random.integers(len(content), size=count):
            changed[place] ^= int(random.integers(1, 256))
        return bytes(changed)

    return change


def _bit_changed(content: bytes, random: np.random.Generator) -> bytes:
    place = int(random.integers(len(content)))
    flipped = content[place] ^ 1 << int(random.integers(8))
    return content[:place] + bytes([flipped]) + content[place + 1 :]


def _zeros(content: bytes, random: np.random.Generator) -> bytes:
    start, stop = np.sort(random.integers(len(content) + 1, size=2))
    return content[:start] + bytes(stop - start) + content[stop:]


CONTENTS: Mapping[str, Content] = {
    "one bit": _bit_changed,
    "one byte": _bytes_changed(1),
    "ten bytes": _bytes_changed(10),
    "cut short": lambda content, random: content[: random.integers(len(content))],
    "empty": lambda content, random: b"",
    "longer": lambda content, random: content + random.bytes(random.integers(1, 99)),
    "a part zero": _zeros,
    "a part twice": lambda content, random: content[: random.integers(len(content))] + content,
    "noise": lambda content, random: random.bytes(len(content)),
}


def _swap(file: Path, sibling: Path, other: Path, random: np.random.Generator) -> None:
    content = file.read_bytes()
    file.write_bytes(sibling.read_bytes())
    sibling.write_bytes(content)


def _directory(file: Path, sibling: Path, other: Path, random: np.random.Generator) -> None:
    file.unlink()
    file.mkdir()


def _link(file: Path, sibling: Path, other: Path, random: np.random.Generator) -> None:
    file.unlink()
    file.symlink_to(other)


def _link_to_nothing(file: Path, sibling: Path, other: Path, random: np.random.Generator) -> None:
    file.unlink()
    file.symlink_to("nothing")


PLACES: Mapping[str, Place] = {
    "removed": lambda file, sibling, other, random: file.unlink(),
    "renamed over another": lambda file, sibling, other, random: os.replace(file, sibling),
    "copied over another": lambda file, sibling, other, random: shutil.copy(file, sibling),
    "swapped with another": _swap,
    "of another run": lambda file, sibling, other, random: shutil.copy(other, file),
    "a link": _link,
    "a link to nothing": _link_to_nothing,
    "a directory": _directory,
}
KINDS = (*CONTENTS, *PLACES)


class Verdict(NamedTuple):
    """What a run made of a damage: "said", "silent", "refused", or "fault" with the reason."""

    kind: str
    file: str
    outcome: str
    reason: str = ""


def damaged(store: Store, kinds: Sequence[str], random: np.random.Generator) -> list[Verdict]:
    """Do one damage of each kind, to a random file, and run again: twice, to see it mended."""
    with tempfile.TemporaryDirectory() as root:
        whole, other, used = Path(root, "whole"), Path(root, "other"), Path(root, "used")
        for folder in (whole, other):
            folder.mkdir()
        truth = store.run(whole).results
        store.run(other, seed=1)
        verdicts = []
        for kind in kinds:
            shutil.copytree(whole, used, symlinks=True)
            files = store.files(used)
            file, sibling = (files[i] for i in random.choice(len(files), 2, replace=False))
            alike = other / file.relative_to(used)
            if not alike.exists():  # a name may hold a digest of the run
                (alike,) = alike.parent.glob(f"*{alike.suffix}")
            _damage(kind, file, sibling, alike, random)
            name = str(file.relative_to(used))
            verdicts.append(Verdict(kind, name, *_outcome(store, used, truth)))
            shutil.rmtree(used)
        return verdicts


def _damage(kind: str, file: Path, sibling: Path, other: Path, random: np.random.Generator) -> None:
    if kind in CONTENTS:
        content = file.read_bytes() or b"\0"
        file.write_bytes(CONTENTS[kind](content, random))
    else:
        PLACES[kind](file, sibling, other, random)


def _outcome(store: Store, folder: Path, truth: Mapping[str, bytes]) -> tuple[str, str]:
    for again in (False, True):
        found = store.run(folder)
        if found.refusal:
            one = "\n" not in found.refusal.strip() and "Traceback" not in found.refusal
            return ("refused" if one and not again else "fault"), found.refusal
        if found.results != truth:
            differ = [name for name in truth if found.results.get(name) != truth[name]]
            return "fault", f"other results: {', '.join(differ)}"
        if not again:
            said = found.said
    return ("said" if said else "silent"), "; ".join(said)
