"""Pictures of screens as text, kept beside the tests.

``DANGYI_WRITE_SNAPSHOTS=1`` writes them anew; whoever does so looks at the difference.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "tui" / "snapshots"
VARIABLE: Final = "DANGYI_WRITE_SNAPSHOTS"


def same_as_kept(name: str, lines: Sequence[str]) -> bool:
    """Whether *lines* are the picture called *name*."""
    path = FOLDER / f"{name}.txt"
    text = "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"
    if os.environ.get(VARIABLE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return path.read_text("utf-8") == text
