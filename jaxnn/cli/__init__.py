"""What does a network learn from my table, and how certain is that? One command answers:

    jaxnn explain patients.csv --response AHD

It reads the table, fits a network to hundreds of resamples of its rows, and writes a page that
says which predictors matter and how the prediction changes with each, with bands.

arguments.py       the commands
option_groups.py   their options
input_table.py     the table that the options ask for
explanation.py     the steps of `explain`: read this first
choice.py          the network: chosen, and compared with other methods
bands.py           the curves of the predictors, with bands
predict.py         the steps of `predict`
importance.py      how much each predictor matters
conditional.py     the same within what the other predictors say
interactions.py    which predictors act together
changes.py         what a predictor changes between two values
results.py         what `explain` computes
choice_figures.py  figures of the choice and the comparison
figures.py         figures of the predictors and the predictions
surface_figure.py  the figure of the strongest interaction
drawings.py        all figures with their captions
page.py            what the page says, in which order
sections/          what each section of the page says
numbers.py         how numbers are written on the page
number_files.py    the numbers as CSV
summary.py         the summary of all results
printed_report.py  what is printed of it
files.py           the files that are written
kept_refits.py     what is kept of a run that was interrupted
progress.py        one line for the progress of all stages
memory.py          freed memory is given back between stages
terminal.py        printing
wording.py         the library's messages, with the names of the options

Every mistake of the user is answered by one sentence. The exit status is 2 for an option or a table
that cannot be used, 1 for a later failure, and 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import jax

from jaxnn.cli.arguments import parse
from jaxnn.cli.explanation import Failure, explain
from jaxnn.cli.input_table import describe_table
from jaxnn.cli.predict import predict
from jaxnn.cli.terminal import complain, say
from jaxnn.cli.wording import worded
from jaxnn.errors import InputError
from jaxnn.processes import leave
from jaxnn.processes.options import check_joining, join_as_told
from jaxnn.replicate import use_all_cores
from jaxnn.saving import reason_and_path

__all__ = ["main"]


def main(
    argv: Sequence[str] | None = None, *, prepare: Callable[[], object] = use_all_cores
) -> int:
    """Run the command line.

    Args:
      argv: the arguments, by default those of the process.
      prepare: called once before anything is computed.

    Returns:
      The exit status: 0; 2 if an option or the table cannot be used; 1 if the command fails; 130 if
      it is interrupted.
    """
    status = 1
    try:
        status = _answered(argv, prepare)
    finally:
        status = leave(status)
    return status


def _answered(argv: Sequence[str] | None, prepare: Callable[[], object]) -> int:
    try:
        options = parse(argv)
        if options.command == "describe":
            say(describe_table(options))
        elif options.command == "predict":
            predict(options, prepare)
        else:
            check_joining(options)
            if options.distributed:
                prepare()
                join_as_told(options)
            explain(options, prepare)
    except InputError as error:
        return _complain(worded(str(error)), 2)
    except Failure as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command resumes from the finished refits.", 130)
    except BrokenPipeError:
        # The reader of the output has gone; Python must not fail again when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(f"a file cannot be read or written ({reason_and_path(error)}).", 1)
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        reason = str(error).partition("\n")[0] or "out of memory"
        return _complain(f"the computation failed ({reason}).", 1)
    return 0


def _complain(sentence: str, status: int) -> int:
    complain(sentence)
    return status
