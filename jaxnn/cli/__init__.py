"""What does a network see in my table, and how sure can I be of it?  One command answers:

    jaxnn explore patients.csv --response AHD

It reads the table, fits a network to hundreds of resamples of its rows, and draws how the
prediction follows each predictor, with bands.  `arguments` defines the options, `reading` makes
the table, `exploration` runs the command with the computations of `jaxnn.refits`, and `figures`
and `files` write the results.

Whatever a user can get wrong is answered by one sentence: exit status 2 for what was asked for,
1 for what went wrong on the way, 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import jax

from jaxnn.cli.arguments import parse
from jaxnn.cli.exploration import Failure, explore
from jaxnn.cli.files import say
from jaxnn.cli.reading import describe_table
from jaxnn.errors import InputError
from jaxnn.replicate import use_all_cores
from jaxnn.tables.table import shown

__all__ = ["main"]


def main(
    argv: Sequence[str] | None = None, *, prepare: Callable[[], object] = use_all_cores
) -> int:
    """Run the command line.

    Args:
      argv: the arguments, by default those of the process.
      prepare: called once before anything is computed.

    Returns:
      The exit status: 0; 2 when something given cannot be used; 1 when it could not be done; 130
      when it was interrupted.
    """
    try:
        options = parse(argv)
        if options.command == "describe":
            say(describe_table(options))
        else:
            explore(options, prepare)
    except InputError as error:
        return _complain(str(error), 2)
    except Failure as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain(
            "interrupted; explore, given again, goes on with the refits that are finished.", 130
        )
    except BrokenPipeError:
        # Whoever read the output has gone; Python must not fail again when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(f"a file cannot be read or written: {error}.", 1)
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        reason = str(error).partition("\n")[0] or "out of memory"
        return _complain(f"the computation failed ({reason}).", 1)
    return 0


def _complain(sentence: str, status: int) -> int:
    # Names in it come from a file: they must neither break the line nor reach the terminal as
    # control characters.
    print(f"jaxnn: {shown(sentence, 2000)}", file=sys.stderr)
    return status
