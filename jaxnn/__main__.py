"""The command line as a module: `python -m jaxnn explain heart`."""

import sys

from jaxnn.cli import main

if __name__ == "__main__":
    sys.exit(main())
