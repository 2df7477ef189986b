"""The union of nine repositories: descriptions, their real edits, and the plain replay.

``nyu_ead`` beside the repository holds 485,752 descriptions from collection to item
and the edits that archivists made to them in two years. The plain replay applies the
edits in order to dictionaries and knows nothing of rooms, logs or merging.
"""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

BASELINE = "baseline_components.jsonl.xz"
EDITS = "edits_to_2025-09.jsonl.xz"
RECORDS = 485_752
DAY_SECONDS = 86_400

Key = tuple[str, str]
"""File of the finding aid, and the component's id in it."""
Values = dict[str, str | int]
"""What a description says, by name; its place in the hierarchy among it."""


class Change(NamedTuple):
    """One edit of one description."""

    kind: str
    """create, update, move or delete."""
    key: Key
    values: Values
    """What is written; an empty text clears."""


@dataclass(slots=True)
class Day:
    """What one repository changed on one day: one save."""

    repository: str
    time: int
    changes: list[Change] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Days since 1970."""
        return self.time // DAY_SECONDS


@dataclass(slots=True)
class Description:
    """A description as the plain replay has it."""

    values: Values
    is_deleted: bool = False


def folder() -> Path | None:
    """Where the data lie, if they are here."""
    named = os.environ.get("DANGYI_DATA")
    root = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    return root / "nyu_ead" if (root / "nyu_ead").is_dir() else None


def repository_of(file: str) -> str:
    return file.partition("/")[0]


def baseline(source: Path, records: int = RECORDS) -> Iterator[tuple[Key, Values]]:
    """The first *records* descriptions, by repository; whole finding aids only."""
    count = 0
    with lzma.open(source / BASELINE, "rt", encoding="utf-8") as lines:
        parsed = (json.loads(line) for line in lines)
        for _, components in groupby(parsed, key=lambda row: row["f"]):
            for row in components:
                count += 1
                yield (row["f"], row["id"]), _values(row)
            if count >= records:
                return


def days(source: Path, is_wanted: Callable[[str], bool]) -> list[Day]:
    """Every repository's days with edits to *wanted* finding aids, by time."""
    found: dict[tuple[int, str], Day] = {}
    with lzma.open(source / EDITS, "rt", encoding="utf-8") as lines:
        for line in lines:
            version = json.loads(line)
            file = version["f"]
            if not is_wanted(file):
                continue
            time, name = version["t"], repository_of(file)
            day = found.setdefault((time // DAY_SECONDS, name), Day(name, time))
            day.changes += [_change(file, edit) for edit in version["ops"]]
    return [found[each] for each in sorted(found)]


def replay(
    begun: Mapping[Key, Values], days_of_work: list[Day]
) -> dict[Key, list[Description]]:
    """The state after all edits, applied in order; what was made anew stands twice."""
    state = {key: [Description(dict(values))] for key, values in begun.items()}
    for day in days_of_work:
        for kind, key, values in day.changes:
            if kind == "create":
                state.setdefault(key, []).append(Description(dict(values)))
            elif kind == "delete":
                state[key][-1].is_deleted = True
            else:
                state[key][-1].values.update(values)
    return state


def _values(row: Mapping[str, Any]) -> Values:
    place = {"parent": row["parent"], "pos": row["pos"]}
    return {"file": row["f"], "id": row["id"], **place, **row["fields"]}


def _change(file: str, edit: Mapping[str, Any]) -> Change:
    kind, key = edit["op"], (file, edit["id"])
    match kind:
        case "create":
            values = _values({"f": file, **edit})
        case "move":
            values = {"parent": edit["to"], "pos": edit["pos"]}
        case "update":
            values = {name: new or "" for name, (_, new) in edit["changes"].items()}
        case _:
            values = {}
    return Change(kind, key, values)
