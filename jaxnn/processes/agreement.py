"""Do all processes compute the same thing, and how do results get from one to the others?

    decide:  every process -> process 0 -> one answer -> every process
    gather:  (bytes of process 0, bytes of process 1, ...) in every process

Short messages go through the coordinator's table of keys and values, in rounds that are numbered
alike in all processes. Results go from process to process, by one all-gather.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jaxnn.errors import InputError
from jaxnn.processes.watch import RESUME, Watch, ended_key

PREFIX = "jaxnn/"
POLL = 1000  # milliseconds until a waiting process looks whether the others have ended


class Refused(InputError):
    """What process 0 has refused, in every process."""


class Job:
    """The processes that have joined, as one of them sees them.

    Args:
      client: the client of JAX's coordinator.
      index: the number of this process.
      count: the number of processes.
    """

    def __init__(self, client: Any, index: int, count: int):
        self.client, self.index, self.count = client, index, count
        self.watch = Watch(client, index, count)
        self.calls = 0  # of replicate, for the words of a message
        self._rounds = 0
        self._lock = threading.Lock()

    def agree(self, value: Any, place: str = "a decision of process 0") -> Any:
        """The value that process 0 has; every process calls this at the same place.

        Args:
          value: what JSON holds; that of the other processes is not used.
          place: where in the program this is, in words.
        """
        return self.decide(place, value, lambda values: values[0])

    def check_same(self, place: str, parts: Mapping[str, str]) -> None:
        """Refuse inputs that differ between processes; every process calls this at the same place.

        Args:
          place: where in the program this is, in words.
          parts: a short text or digest of each input, by its name.

        Raises:
          InputError: the first input that differs, with the numbers of two processes.
        """

        def decide(all_parts: Sequence[Mapping[str, str]]) -> None:
            for other, theirs in enumerate(all_parts):
                for name, value in all_parts[0].items():
                    if theirs[name] != value:
                        raise InputError(_difference(place, name, value, theirs[name], other))

        self.decide(place, dict(parts), decide)

    def decide(self, place: str, mine: Any, decide: Callable[[list[Any]], Any]) -> Any:
        """What process 0 decides from the values of all; every process calls this at that place.

        Args:
          place: where in the program this is, in words.
          mine: the value of this process, which JSON holds.
          decide: called in process 0 with the values of all, in the order of the processes.

        Raises:
          InputError: the processes are at different places, one has ended, or `decide` refuses;
            the same in every process.
        """
        with self._lock:
            self._rounds += 1
            here = f"{PREFIX}round/{self._rounds}"
            self.client.key_value_set(f"{here}/{self.index}", json.dumps([place, mine]))
            if self.index == 0:
                try:
                    answer = {"value": decide(self._collected(here, place))}
                except InputError as problem:
                    answer = {"problem": str(problem)}
                self.client.key_value_set(f"{here}/answer", json.dumps(answer))
                if self._rounds > 1:  # all have read the answer before this round's
                    self.client.key_value_delete(f"{PREFIX}round/{self._rounds - 1}")
            else:
                answer = json.loads(self._waited(f"{here}/answer", 0, place))
            if "problem" in answer:
                raise Refused(answer["problem"])
            return answer["value"]

    def _collected(self, here: str, place: str) -> list[Any]:
        values = []
        for other in range(self.count):
            theirs, value = json.loads(self._waited(f"{here}/{other}", other, place))
            if theirs != place:
                raise InputError(_out_of_step(place, 0, theirs, other))
            values.append(value)
        return values

    def _waited(self, key: str, other: int, place: str) -> str:
        """The value of a key that another process sets, unless it ends without setting it."""
        while True:
            try:
                return self.client.blocking_key_value_get(key, POLL)
            except jax.errors.JaxRuntimeError as problem:
                if "DEADLINE_EXCEEDED" not in str(problem):
                    self.watch.wait_for_the_lost(problem)
            ended = dict(self.client.key_value_dir_get(f"{PREFIX}ended/"))
            if ended_key(other) in ended:
                status, sentence = json.loads(ended[ended_key(other)])
                if status:
                    raise InputError(f"process {other} failed: {sentence}")
                raise InputError(_out_of_step(place, self.index, "its end", other))

    @contextmanager
    def together(self) -> Iterator[None]:
        """A block in which the error of one process ends the others, unless all have it."""
        try:
            yield
        except Refused:
            raise
        except BaseException as problem:
            how = f"failed ({type(problem).__name__}: {problem})".partition("\n")[0]
            if isinstance(problem, KeyboardInterrupt):
                how = "was interrupted"
            self.watch.tell(f"process {self.index} {how}; {RESUME}")
            raise

    def gather(self, mine: np.ndarray) -> np.ndarray:
        """The bytes of every process.

        Args:
          mine: (bytes,) of uint8, of the same length in every process.

        Returns:
          (processes, bytes), the same in every process.
        """
        mesh = _one_device_each()
        split = NamedSharding(mesh, PartitionSpec("processes"))
        try:
            rows = jax.make_array_from_process_local_data(split, mine[None])
            gathered = _gathered(mesh)(rows)
            return np.asarray(gathered.addressable_data(0))
        except (jax.errors.JaxRuntimeError, ValueError) as problem:
            self.watch.wait_for_the_lost(problem)
            raise


def _one_device_each() -> Mesh:
    """The first device of every process."""
    firsts: dict[int, Any] = {}
    for device in jax.devices():
        firsts.setdefault(device.process_index, device)
    return Mesh(np.array([firsts[process] for process in sorted(firsts)]), ("processes",))


@lru_cache(maxsize=1)
def _gathered(mesh: Mesh) -> Callable[..., Any]:
    return jax.jit(_same, out_shardings=NamedSharding(mesh, PartitionSpec()))


def _same(rows: Any) -> Any:
    return rows


def _difference(place: str, name: str, first: str, theirs: str, other: int) -> str:
    short = max(len(first), len(theirs)) <= 40  # a value; a digest would say nothing
    values = f" ({first} and {theirs})" if short else ""
    return (
        f"{name} differs between processes 0 and {other}{values} in {place}; pass the same in "
        "every process."
    )


def _out_of_step(place: str, index: int, theirs: str, other: int) -> str:
    return (
        f"process {index} is at {place}, but process {other} is at {theirs}; make the same calls "
        "in the same order in every process."
    )
