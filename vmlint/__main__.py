"""`python -m vmlint`."""

import sys

from vmlint.cli import main

sys.exit(main())
