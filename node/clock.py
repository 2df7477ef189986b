"""The only place that reads the clock or waits.

Claimed times are evidence, never compared with another machine's; so a clock at 1970
or 2050 spoils nothing but what is shown.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in whole Unix seconds."""

    def now(self) -> int:
        """Unix seconds, as this machine believes."""


class SystemClock:
    """The machine's own clock."""

    __slots__ = ()

    def now(self) -> int:
        """Unix seconds of the system clock; never below zero."""
        return max(0, int(time.time()))


def elapsed() -> float:
    """Seconds on a clock that only goes forward; for measuring waits."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Let the calling thread rest; never called on the event loop's thread."""
    time.sleep(seconds)
