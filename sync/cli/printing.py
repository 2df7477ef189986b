"""What a command prints: results on stdout, messages and progress on stderr.

With ``--json`` stdout holds one document and nothing else. With ``--progress lines``
stderr holds JSON lines: how far the work is, as members of an object, and at the end,
where the work failed, an object with the member ``error``.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from node.clock import elapsed
from sync.cli.tables import cells, padded, pairs, shown, table, wrapped
from sync.words.catalogue import Words

_WIDTH_DEFAULT: Final = 80
_WIDTH_LIMIT: Final = 160
_PROGRESS_CELLS: Final = 24
_REPORT_SECONDS: Final = 0.05


class Paper:
    """Where a command writes.

    ``is_json`` chooses between a document and text, ``has_lines`` between JSON lines
    for a program and a bar for people.
    """

    def __init__(self, words: Words, *, is_json: bool, has_lines: bool = False) -> None:
        self.words = words
        self.is_json = is_json
        self.has_lines = has_lines
        self._told_at = float("-inf")
        size = shutil.get_terminal_size((_WIDTH_DEFAULT, 24))
        self.width = min(size.columns, _WIDTH_LIMIT)
        self._has_bar = False

    def document(self, value: object) -> None:
        """Print *value* as the one JSON document of this command."""
        text = json.dumps(value, ensure_ascii=False, indent=1)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def say(self, key: str, **fields: object) -> None:
        """Print the sentence *key* as a result."""
        for line in self.words.say(key, **fields).split("\n"):
            self._lines(wrapped(shown(line), self.width))

    def line(self, text: str = "") -> None:
        """Print *text*, which may hold line breaks of the catalogue, as a result."""
        sys.stdout.write("\n".join(shown(line) for line in text.split("\n")) + "\n")
        sys.stdout.flush()

    def indented(self, text: str, lead: str = "  ") -> None:
        """Print *text* whole, on as many lines as it takes, set in behind *lead*."""
        pieces = wrapped(shown(text), self.width - cells(lead))
        leads = [lead, *[" " * cells(lead)] * (len(pieces) - 1)]
        self._lines(head + piece for head, piece in zip(leads, pieces, strict=True))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print *rows* in columns under the headings with the keys *heads*."""
        titles = [self.words.say(key) for key in heads]
        self._lines(table(titles, rows, self.width))

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print pairs of a label (a key) and a value."""
        self._lines(
            pairs([(self.words.say(key), text) for key, text in rows], self.width)
        )

    def fields(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print pairs of a field's name and its value."""
        self._lines(pairs(rows, self.width))

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Print a message beside the result, on stderr."""
        self.end_progress()
        for line in text.split("\n"):
            for piece in wrapped(shown(line), self.width):
                sys.stderr.write(piece + "\n")
        sys.stderr.flush()

    def progress(self, done: int, total: int) -> None:
        """Draw 第 n/共 m on a terminal, or tell it to a program; else do nothing."""
        if self.has_lines:
            self._report({"done": done, "total": total}, is_last=done >= total)
            return
        if not sys.stderr.isatty() or total <= 0:
            return
        filled = _PROGRESS_CELLS * min(done, total) // total
        bar = "#" * filled + "-" * (_PROGRESS_CELLS - filled)
        text = self.words.say("progress", bar=bar, done=done, total=total)
        sys.stderr.write("\r" + text)
        sys.stderr.flush()
        self._has_bar = True

    def step(self, key: str, **fields: object) -> None:
        """Write the sentence *key* over the progress line of a terminal.

        A program is told the fields.
        """
        if self.has_lines:
            self._report(fields, is_last=False)
        elif sys.stderr.isatty():
            text = padded(self.words.say(key, **fields), self.width - 1)
            sys.stderr.write("\r" + text)
            sys.stderr.flush()
            self._has_bar = True

    def fault(
        self, code: str, fields: Mapping[str, object], text: str, step: str = ""
    ) -> None:
        """Tell a program what went wrong: code, fields, and both sentences."""
        told = {"code": code, "fields": fields, "text": text, "next": step}
        self._write_line({"error": told})

    def _report(self, facts: Mapping[str, object], *, is_last: bool) -> None:
        """Tell a program how far the work is; not more often than anybody looks."""
        now = elapsed()
        if is_last or now - self._told_at >= _REPORT_SECONDS:
            self._told_at = now
            self._write_line(facts)

    def _write_line(self, value: Mapping[str, object]) -> None:
        """One JSON line; the work goes on when nobody listens any more."""
        try:
            sys.stderr.write(json.dumps(_plain(value), ensure_ascii=False) + "\n")
            sys.stderr.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

    def end_progress(self) -> None:
        """Leave the progress line, if one was drawn."""
        if self._has_bar:
            sys.stderr.write("\n")
            self._has_bar = False


def _plain(value: object) -> object:
    """*value* as JSON holds it."""
    match value:
        case Mapping():
            return {str(name): _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case bytes():
            return value.hex()
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def time_text(seconds: int | None) -> str:
    """A time for people, in the time zone of this machine; empty for none."""
    if not seconds:
        return ""
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC).astimezone()
    except (OverflowError, OSError, ValueError):
        return str(seconds)
    return moment.strftime("%Y-%m-%d %H:%M")


def duration_text(seconds: int | None, words: Words) -> str:
    """A time that is left, rounded as people say it; a dash where nobody can tell."""
    if seconds is None:
        return words.say("duration.unknown")
    if seconds < 10:
        return words.say("duration.moment")
    if seconds < 60:
        return words.say("duration.seconds", count=-(-seconds // 10) * 10)
    if seconds < 5400:
        return words.say("duration.minutes", count=-(-seconds // 60))
    return words.say("duration.hours", count=-(-seconds // 3600))


def time_json(seconds: int | None) -> str | None:
    """A time in JSON: ISO 8601, UTC; null for none."""
    if not seconds:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
