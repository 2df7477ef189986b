"""Where the real catalogue and the published test vectors lie, if they are here."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def real_data_folder() -> Path | None:
    """The folder of real data: ``DANGYI_DATA``, else ``../shared/data``; or None."""
    named = os.environ.get("DANGYI_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None
