"""The hour at which a room reports by itself, while its desk is open.

One time of day, in the time zone of the machine, or none. An exchange is due when the
last such moment has passed and none was begun since, so a desk that was closed at that
hour makes it good when it is opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from unicodedata import normalize

from node.history.registers import hub_key_of
from node.ledger import WIRE
from node.standing import HUB_ADDRESS
from node.store.port import Rows

WINDOW: Final = "exchange.window"
"""Setting: minute of the day; nothing where people report by hand only."""
_TIME: Final = re.compile(r"([0-9]{1,2})[:.]?([0-9]{2})")
_DAY_MINUTES: Final = 24 * 60
_LOOKED_BACK: Final = 8
"""Lines of the ledger among which the last exchange over a network is looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of every day."""

    minute: int
    """Of the day, from 0 to 1439."""

    @property
    def text(self) -> str:
        """As people write it: ``17:30``."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"

    def next_after(self, now: int) -> int:
        """The first such moment after *now*, Unix seconds."""
        return self._moment(now, days=0 if self._moment(now, days=0) > now else 1)

    def last_before(self, now: int) -> int:
        """The last such moment that is not after *now*, Unix seconds."""
        return self._moment(now, days=0 if self._moment(now, days=0) <= now else -1)

    def _moment(self, now: int, *, days: int) -> int:
        today = datetime.fromtimestamp(now, tz=UTC).astimezone()
        day = today + timedelta(days=days)
        hour, minute = divmod(self.minute, 60)
        naive = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 (made aware below)
        return int(naive.astimezone().timestamp())


def parse_window(text: str) -> Window | None:
    """The time that *text* says (``1730``, ``17:30``, ``9.05``), if it says one."""
    found = _TIME.fullmatch(normalize("NFKC", text).strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    return Window(hour * 60 + minute) if hour < 24 and minute < 60 else None


def window_of(rows: Rows) -> Window | None:
    """The hour that was chosen here."""
    kept = rows.settings.get(WINDOW)
    is_minute = isinstance(kept, int) and 0 <= kept < _DAY_MINUTES
    return Window(kept) if is_minute else None


def choose_window(rows: Rows, window: Window | None) -> None:
    """Choose an hour, or none."""
    rows.settings.put(WINDOW, None if window is None else window.minute)


def is_due(rows: Rows, now: int) -> bool:
    """Whether the hour has passed, and no exchange was begun since.

    A room that knows no hub, or not where it is, has none to wait for.
    """
    window = window_of(rows)
    knows_hub = hub_key_of(rows) is not None and rows.settings.get(HUB_ADDRESS)
    if window is None or not knows_hub:
        return False
    begun = [
        line.begun_at
        for line in rows.exchanges.newest(_LOOKED_BACK)
        if line.carrier == WIRE and line.begun_at <= now
    ]
    return max(begun, default=0) < window.last_before(now)
