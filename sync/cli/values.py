"""Fields and values of records as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from node.catalogue.pack import Pack
from sync.words.catalogue import Words


def field_label(name: str, pack: Pack, words: Words) -> str:
    """A field's name in the language of *words*."""
    known = pack.by_name.get(name)
    if known is None:
        return words.find(f"field.{name}") or name
    return known.zh if words.language == "zh" else known.en


def field_text(name: str, value: object, pack: Pack, words: Words) -> str:
    """A value of a field for people, a choice by the word that they use for it."""
    if words.language != "zh":
        return value_text(value, "; ")
    text = value_text(value)
    known = pack.by_name.get(name)
    return known.label(text) if known else text


def value_text(value: object, divider: str = "；") -> str:
    """A field's value for people."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        parts = (f"{name}={value_text(part, divider)}" for name, part in value.items())
        return divider.join(parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return divider.join(value_text(part, divider) for part in value)
    return str(value)
