"""``python -m sklmag.cli`` is the command ``sklmag``."""

import sys

from sklmag.cli import main

sys.exit(main())
