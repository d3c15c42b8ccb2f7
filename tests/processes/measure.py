"""What do several processes cost? `python tests/processes/measure.py`

    bytes per process -> milliseconds of one gather, and of one agreement, for 2 and 3 processes
    seconds of a bootstrap in one process with two cores, over those in two with one core each

The processes run on this machine, so the numbers are those of its loopback and of its cores.
"""

import json
import socket
import subprocess
import sys
import time

import jax
import numpy as np

from jaxnn import MLP, Fitter, Recipe, processes, use_all_cores
from jaxnn.bootstrap import bootstrap

SIZES = (2**10, 2**14, 2**18, 2**22, 2**24)
TIMES = 30
REFITS = 480
ROUNDS = 3


def measured():
    """The median and least milliseconds by name, of this process."""
    job = processes.current()
    assert job is not None
    found = {"agreement": _times(lambda: job.agree(0))}
    for size in SIZES:
        sent = np.zeros(size, np.uint8)
        job.gather(sent)  # which compiles
        found[f"gather of {size:,} bytes per process"] = _times(lambda sent=sent: job.gather(sent))
    return found


def _times(call):
    taken = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - begin))
    return float(np.median(taken)), min(taken)


def refitted():
    """Wall seconds and CPU seconds of a bootstrap, compiled before."""
    X = np.random.default_rng(0).normal(size=(303, 18)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.float32)
    fitter = Fitter(MLP((18, 16, 16, 1), "tanh", "binary"), Recipe(epochs=300))
    for number in (0, 1):
        wall, cpu = time.perf_counter(), time.process_time()
        bootstrap(jax.random.key(number), fitter, X, y, REFITS, chunk=8)
    return time.perf_counter() - wall, time.process_time() - cpu


def started(what, count, cores):
    """What each process measured."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    numbers = [(what, address, count, index, cores) for index in range(count)]
    words = [[sys.executable, __file__, *map(str, each)] for each in numbers]
    running = [subprocess.Popen(each, stdout=subprocess.PIPE, text=True) for each in words]
    return [json.loads(process.communicate()[0]) for process in running]


def main():
    """Start the processes, and print what they measured."""
    for count in (2, 3):
        print(f"{count} processes")
        for name, (median, least) in started("measured", count, 1)[0].items():
            print(f"  {name:40} median {median:8.2f} ms, least {least:8.2f} ms")
    for turn in range(ROUNDS):
        ((wall, cpu),) = started("refitted", 1, 2)
        both = started("refitted", 2, 1)
        slower, together = max(wall for wall, _ in both), sum(cpu for _, cpu in both)
        print(f"round {turn + 1}, {REFITS} refits")
        print(f"  one process with two cores           {wall:6.2f} s, CPU {cpu:6.2f} s")
        print(f"  two processes with one core each     {slower:6.2f} s, CPU {together:6.2f} s")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        what, address, count, index, cores = sys.argv[1:]
        use_all_cores(int(cores))
        if int(count) > 1:
            processes.join(address, int(count), int(index))
        print(json.dumps(globals()[what]()))
