"""``python -m hubble_dash``."""

import sys

from hubble_dash.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
