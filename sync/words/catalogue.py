"""The message catalogue: every sentence that a person sees, by key.

zh.toml is what an archivist reads; en.toml holds the same keys. A key is the path of
TOML tables joined by dots. Sentences name their fields in braces: ``{count}``. Imports
nothing of this project.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_LANGUAGE: Final = "zh"
LANGUAGES: Final = ("zh", "en")

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language."""

    language: str
    sentences: Mapping[str, str]

    @classmethod
    def load(cls, language: str, *folders: Path) -> Words:
        """The sentences of *language*, one of LANGUAGES.

        Each of *folders* adds those of its ``LANGUAGE/STEM.toml`` files; their keys
        begin with the stem.
        """
        found: dict[str, str] = {}
        with (_FOLDER / f"{language}.toml").open("rb") as file:
            found.update(_flat(tomllib.load(file)))
        for folder in folders:
            for path in sorted((folder / language).glob("*.toml")):
                with path.open("rb") as file:
                    found.update(_flat(tomllib.load(file), path.stem))
        return cls(language, found)

    def say(self, key: str, **fields: object) -> str:
        """The sentence *key* with *fields* in it; a field not given shows as ``…``.

        Raises:
            KeyError: the catalogue has no such key.
        """
        return _FORMATTER.vformat(self.sentences[key], (), _Fields(fields))

    def find(self, key: str, **fields: object) -> str:
        """The sentence *key*, or nothing where the catalogue has no such key."""
        return self.say(key, **fields) if key in self.sentences else ""

    def join(self, parts: Iterable[str]) -> str:
        """Several things in one line, divided as the language does it."""
        return self.sentences["divider"].join(parts)


def choose_language(option: str | None, lang: str | None) -> str:
    """The language asked for, else that of *lang* (the LANG in force), else zh."""
    if option in LANGUAGES:
        return option
    if lang is not None and lang.lower().startswith("en"):
        return "en"
    return DEFAULT_LANGUAGE


class _Fields(dict[str, object]):
    """Fields of a sentence; an absent one is an ellipsis, so a sentence never fails."""

    def __missing__(self, key: str) -> object:
        return "…"


class _Formatter(string.Formatter):
    """Plain ``{name}`` fields only: no attribute or item of a value is reachable."""

    def get_field(
        self, field_name: str, args: object, kwargs: Mapping[str, object]
    ) -> tuple[object, str]:
        return kwargs[field_name], field_name


_FORMATTER: Final = _Formatter()


def _flat(table: Mapping[str, object], path: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            found.update(_flat(value, key))
        else:
            found[key] = str(value).strip("\n")
    return found
