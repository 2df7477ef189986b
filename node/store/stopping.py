"""A read that may be stopped while it runs."""

from __future__ import annotations

from threading import Event


class Stop:
    """Handed to a read; ``set`` ends it, from whichever thread, now or later."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = Event()

    def set(self) -> None:
        """End the reads that hold this, and let none of them begin."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether it is over."""
        return self._event.is_set()
