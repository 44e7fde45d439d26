"""Ask a live R again: ``python -m tests.golden``."""

import sys

from tests.golden.live_r import main

sys.exit(main())
