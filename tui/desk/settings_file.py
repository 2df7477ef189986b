"""Settings of people in a file beside the machine; it never travels.

One small JSON file in the home folder, an object for each person. A file that cannot be
read is no reason not to open the desk: what it does not say is as delivered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from node.home import write_durably
from sync.words.catalogue import LANGUAGES
from tui.port.settings import Look, Settings, Spacing
from tui.width import Width

FILE_NAME: Final = "desk.json"
_PEOPLE: Final = "people"
_LAST: Final = "last_person"
_MOST_BYTES: Final = 256 * 1024


class SettingsFile:
    """The file of one home; keeps what it does not understand."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME

    @property
    def last_person(self) -> str:
        """Who sat here last, by name; empty where nobody said."""
        name = self._read().get(_LAST)
        return name if isinstance(name, str) else ""

    def of(self, person: str) -> Settings:
        """What *person* chose; as delivered where nothing is known."""
        people = self._read().get(_PEOPLE)
        return _settings(people.get(person) if isinstance(people, dict) else None)

    def keep(self, person: str, settings: Settings) -> None:
        """Remember it, on the disk when this returns.

        Raises:
            StoreFull, OSError: it cannot be written; the old file stands.
        """
        document = self._read()
        people = document.get(_PEOPLE)
        kept = dict(people) if isinstance(people, dict) else {}
        chosen = {name: str(value) for name, value in asdict(settings).items()}
        kept[person] = {name: value for name, value in chosen.items() if value}
        self._write({**document, _PEOPLE: kept})

    def keep_person(self, person: str) -> None:
        """Remember who sits here.

        Raises:
            StoreFull, OSError: it cannot be written; the old file stands.
        """
        self._write({**self._read(), _LAST: person})

    def _read(self) -> dict[str, object]:
        try:
            with self.path.open("rb") as file:
                content = file.read(_MOST_BYTES)
            document = json.loads(content)
        except (OSError, ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, document: Mapping[str, object]) -> None:
        text = json.dumps(document, ensure_ascii=True, indent=1)
        write_durably(self.path, text.encode("ascii"))


def _settings(table: object) -> Settings:
    """Settings from an object of the file; what is not understood is left out."""
    found = Settings()
    if not isinstance(table, dict):
        return found
    language = table.get("language")
    return Settings(
        look=_one_of(Look, table.get("look"), found.look),
        width=_one_of(Width, table.get("width"), found.width),
        spacing=_one_of(Spacing, table.get("spacing"), found.spacing),
        language=language if language in LANGUAGES else "",
    )


_Kind = TypeVar("_Kind", bound=StrEnum)


def _one_of(kind: type[_Kind], value: object, otherwise: _Kind) -> _Kind:
    for each in kind:
        if each == value:
            return each
    return otherwise
