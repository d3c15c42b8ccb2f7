"""`python -m experiments`: see `lab/runner.py`."""

import io
import os
import sys

if __name__ == "__main__":
    try:
        # A name that the terminal cannot show must not end a run.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        from experiments.lab.runner import main

        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("experiments: interrupted; what was finished is kept.", file=sys.stderr)
        status = 130
    except BrokenPipeError:
        # The reader went away (`... | head`); Python must not fail when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status)
