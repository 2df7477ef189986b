"""``FIELD=VALUE`` as typed on the command line, read against a rule pack.

The field is given by its English or Chinese name. A fonds is named by ``fonds=`` or
``全宗=``; it is where a record stands and no field of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.catalogue.pack import Pack
from sync.cli.parser import UsageError

FONDS_NAMES: Final = frozenset({"fonds", "fonds_code", "全宗", "全宗号"})
STATE_NAMES: Final = frozenset({"state", "状态"})
FILTER_NAMES: Final = frozenset({"level", "层级", "著录层级"}) | STATE_NAMES
"""What a search can be narrowed by beside fields."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a command was told: values by English field name, words, and the fonds."""

    values: dict[str, str | list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    fonds: str | None = None


def read_values(terms: Sequence[str], pack: Pack) -> Terms:
    """Fields and values of an ``add`` or ``set``; a field given twice is a list.

    Raises:
        UsageError: a term is no ``FIELD=VALUE``.
        UnknownField: it names no field that people write.
    """
    pairs: list[tuple[str, str]] = []
    for term in terms:
        name, equals, value = _divided(term)
        if not equals:
            raise UsageError(key="usage.pair", found=term)
        if name not in FONDS_NAMES:
            name = pack.writable(name).name
        pairs.append((name, value))
    return _collect(pairs)


def read_search(terms: Sequence[str], pack: Pack) -> Terms:
    """Words and filters of a search; what names no field is a word."""
    pairs: list[tuple[str, str]] = []
    words: list[str] = []
    for term in terms:
        name, equals, value = _divided(term)
        if equals and name in FONDS_NAMES | FILTER_NAMES:
            pairs.append((name, value))
        elif equals and name in pack.by_name:
            pairs.append((pack.by_name[name].name, value))
        else:
            words.extend(term.split())
    found = _collect(pairs)
    return Terms(found.values, words, found.fonds)


def _divided(term: str) -> tuple[str, str, str]:
    """Name, sign and value; a full-width sign is as good."""
    place = min((term.index(sign) for sign in "=＝" if sign in term), default=-1)
    if place < 0:
        return term, "", ""
    return term[:place].strip(), "=", term[place + 1 :]


def _collect(pairs: Iterable[tuple[str, str]]) -> Terms:
    values: dict[str, str | list[str]] = {}
    fonds: str | None = None
    for name, value in pairs:
        earlier = values.get(name)
        if name in FONDS_NAMES:
            fonds = value.strip()
        elif earlier is None:
            values[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            values[name] = [earlier, value]
    return Terms(values, [], fonds)
