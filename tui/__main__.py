"""``python -P -m tui``: the program without the console script."""

from __future__ import annotations

import sys

from tui.main import main

sys.exit(main())
