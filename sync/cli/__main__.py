"""``python -P -m sync.cli``: the command line without the console script."""

from __future__ import annotations

import sys

from sync.cli.main import main

sys.exit(main())
