"""Points at which a test may cut the power.

``DANGYI_FAULT="commit:17"`` ends the process by SIGKILL when the point ``commit`` is
reached for the seventeenth time. Unset, a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Final

VARIABLE: Final = "DANGYI_FAULT"

BEFORE_COMMIT: Final = "before-commit"
COMMIT: Final = "commit"
BEFORE_SIDECAR: Final = "before-sidecar"
SIDECAR: Final = "sidecar"
BEFORE_KEY: Final = "before-key"
KEY: Final = "key"
FRAME: Final = "frame"
"""A frame is about to be sent, or was received and not yet taken."""


class _Fuse:
    """Counts how often one point was reached, over all threads."""

    def __init__(self, wanted: str) -> None:
        point, _, number = wanted.partition(":")
        self.point = point
        self.left = int(number or "1")
        self.lock = threading.Lock()

    def burn(self, point: str) -> None:
        if point != self.point:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_fuse = _Fuse(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None


def reached(point: str) -> None:
    """The program stands at *point*; here it may end for good."""
    if _fuse is not None:
        _fuse.burn(point)
