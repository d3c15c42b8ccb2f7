"""How do many processes, on one machine or on many, act as one program?

    join  ->  every process runs the same program  ->  agree, gather  ->  leave

Every process runs the same program on the same inputs. `jaxnn.replicate.replicate` gives each a
share of the replicates and gathers the results, so that all hold the same numbers; whatever is
computed outside it is computed in each. Only the first process writes and prints. The engine is
`jax.distributed`: its coordinator, in process 0, carries short messages, and an all-gather carries
results.

joining.py          join and leave
membership.py       who am I, and what process 0 does for all
agreement.py        are the inputs the same, what does process 0 say, and the gather
shares.py           which process computes which replicates
watch.py            a process that was lost ends the others
native_messages.py  what the runtime writes to stderr, in a sentence
recorded.py         the last words of a process that prints nothing
options.py          the options of a command that joins
"""

from jaxnn.processes.joining import join, leave
from jaxnn.processes.membership import (
    agreed,
    alone,
    check_same,
    current,
    first,
    first_alone,
    threads,
)

__all__ = [
    "agreed",
    "alone",
    "check_same",
    "current",
    "first",
    "first_alone",
    "join",
    "leave",
    "threads",
]
