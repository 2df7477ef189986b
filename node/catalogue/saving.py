"""From what a person typed to operations, with the dots that were seen.

Pure of any store: what a record holds comes in as ``Held``. Secrets, impossible values
and values too large for a change-set are refused here, before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.catalogue.fault import Fault
from node.catalogue.fields import CATEGORY, CODE, LEVEL, LEVEL_ITEM, LEVEL_VOLUME, TITLE
from node.catalogue.pack import Field, Pack
from node.catalogue.record import Seen
from node.catalogue.secrecy import is_secret
from node.catalogue.values import is_unicode, parse_elements, parse_value, shown_value
from node.errors import FieldTooLarge, InvalidValue, SecretRefused
from protocol.identity import Dot, Element
from protocol.limits import (
    ACTOR_NAME_LIMIT_BYTES,
    FIELD_LIMIT_BYTES,
    SINGLE_LIMIT_BYTES,
    TEXT_LIMIT_BYTES,
)
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Restore,
    Set,
    Value,
    Withdraw,
    Write,
)
from protocol.operations import Seen as SeenDots

Typed = Mapping[str, str | int | Sequence[str]]
"""Field names, English or Chinese, to what was typed."""
_FOUND_CHARACTERS: Final = 60
_PLAIN_TEXT: Final = 0
"""A field of no special meaning to the secrecy rule."""
_ACTOR: Final = "actor"
_LEVEL: Final = "level"
_NAMES_OF_LEVEL: Final = frozenset({_LEVEL, "著录层级"})
_CELL_BYTES: Final = 16
"""What a value may take beside its text."""
_FRAME_BYTES: Final = 4096
"""What an operation may take beside its values."""
FONDS_CODE_CHARACTERS: Final = 20
FONDS_TITLE_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Parsed:
    """Values ready to be written."""

    values: Mapping[int, Value] = field(default_factory=dict)
    lists: Mapping[int, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """What a record holds, as the writer sees it."""

    record: Dot
    survivors: Mapping[int, Mapping[Dot, Value]]
    """Copies resolved."""
    elements: Mapping[int, Mapping[Element, Value]]

    def seen(self, existence: tuple[Dot, ...]) -> Seen:
        """The dots of all fields, for a form that is filled from this."""
        return Seen(
            dots={
                number: tuple(sorted(live)) for number, live in self.survivors.items()
            },
            elements={
                number: tuple(sorted(live)) for number, live in self.elements.items()
            },
            existence=existence,
        )


def parse_typed(typed: Typed, pack: Pack) -> Parsed:
    """The values of what was typed.

    Raises:
        UnknownField: a name is no field's, or not for people to write.
        InvalidValue: a text is no value of its field.
        SecretRefused: a value says that the record is a state secret.
    """
    values: dict[int, Value] = {}
    lists: dict[int, tuple[Value, ...]] = {}
    for name, content in typed.items():
        found = pack.writable(name)
        if found.is_list:
            lists[found.number] = _elements(found, content, pack)
        elif isinstance(content, (str, int)):
            value = parse_value(found, str(content), pack)
            values[found.number] = _accepted(found, value)
        else:
            raise InvalidValue(found.name, "one-value", "、".join(content))
    return Parsed(values, lists)


def _elements(
    found: Field, content: str | int | Sequence[str], pack: Pack
) -> tuple[Value, ...]:
    texts = [str(content)] if isinstance(content, (str, int)) else list(content)
    elements: list[Value] = []
    for text in texts:
        parsed = parse_elements(found, text, pack)
        if isinstance(parsed, Fault):
            raise refusal(found, parsed)
        elements.extend(value for value in parsed if value not in elements)
    return tuple(elements)


def _accepted(found: Field, value: Value | Fault) -> Value:
    if isinstance(value, Fault):
        raise refusal(found, value)
    return value


def refusal(found: Field, fault: Fault) -> InvalidValue | SecretRefused:
    """The error that says what is wrong with a value of *found*."""
    if fault.reason == "secret-refused":
        return SecretRefused(found.name, fault.found)
    return InvalidValue(found.name, fault.reason, fault.found, fault.offer)


def create(
    n: int, actor: Actor, made_at: int, level: int, parsed: Parsed, pack: Pack
) -> Create:
    """A new record.

    Raises:
        InvalidValue: it has no title.
    """
    if not parsed.values.get(TITLE):
        raise InvalidValue(pack.by_number[TITLE].name, "title-missing", "")
    values: dict[int, Value] = {LEVEL: level, CATEGORY: pack.category}
    values.update((k, v) for k, v in parsed.values.items() if v is not None)
    return Create(
        n,
        actor,
        made_at,
        tuple(sorted(values.items())),
        tuple(
            Elements(number, elements)
            for number, elements in sorted(parsed.lists.items())
            if elements
        ),
    )


def edits(
    n: int,
    actor: Actor,
    made_at: int,
    held: Held,
    parsed: Parsed,
    seen: Seen | None = None,
) -> list[Operation]:
    """The operations that make a record hold *parsed*; none where it does already.

    A write names what was seen: the form's dots, else the row's.
    """
    made: list[Operation] = []
    writes = _writes(held, parsed.values, seen)
    if writes:
        made.append(Set(n, actor, made_at, held.record, tuple(writes)))
    added, removed = [], []
    for number, wanted in sorted(parsed.lists.items()):
        present = held.elements.get(number, {})
        fresh = tuple(value for value in wanted if value not in present.values())
        if fresh:
            added.append(Elements(number, fresh))
        shown = present if seen is None else seen.elements.get(number, ())
        gone = sorted(e for e in shown if e in present and present[e] not in wanted)
        if gone:
            removed.append(Removal(number, tuple(gone)))
    if added:
        made.append(Add(n + len(made), actor, made_at, held.record, tuple(added)))
    if removed:
        made.append(Remove(n + len(made), actor, made_at, held.record, tuple(removed)))
    return made


def _writes(held: Held, values: Mapping[int, Value], seen: Seen | None) -> list[Write]:
    writes = []
    for number, value in sorted(values.items()):
        live = held.survivors.get(number, {})
        is_same = (
            all(present == value for present in live.values())
            if live
            else value is None
        )
        if is_same:
            continue
        dots = tuple(live) if seen is None else seen.dots.get(number, ())
        writes.append(Write(number, value, tuple(sorted(dots)) or (held.record,)))
    return writes


def withdrawal(
    n: int,
    actor: Actor,
    made_at: int,
    held: Held,
    existence: tuple[Dot, ...],
    reason: str,
) -> Withdraw:
    """The record should not exist; with evidence of what the withdrawer saw."""
    dots: dict[int, set[Dot]] = {}
    for number, live in held.survivors.items():
        dots.setdefault(number, set()).update(live)
    for number, present in held.elements.items():
        dots.setdefault(number, set()).update(element.dot for element in present)
    seen = []
    for number in sorted(dots):
        others = tuple(sorted(dots[number] - {held.record}))
        if others:
            seen.append(SeenDots(number, others))
    names = existence or (held.record,)
    return Withdraw(n, actor, made_at, held.record, names, tuple(seen), reason)


def restoration(
    n: int,
    actor: Actor,
    made_at: int,
    held: Held,
    existence: tuple[Dot, ...],
    reason: str,
) -> Restore:
    """The record should exist after all."""
    names = existence or (held.record,)
    return Restore(n, actor, made_at, held.record, names, reason)


def level_in(values: Typed) -> tuple[int, Typed]:
    """The level that was asked for (an item, where none is), and the other values.

    Raises:
        InvalidValue: it is neither item nor volume.
    """
    level = LEVEL_ITEM
    for name in _NAMES_OF_LEVEL & set(values):
        match str(values[name]).strip().lower():
            case "3" | "item" | "件" | "文件":
                level = LEVEL_ITEM
            case "2" | "volume" | "案卷" | "卷":
                level = LEVEL_VOLUME
            case other:
                raise InvalidValue(_LEVEL, "choice-unknown", other, "item、volume")
    return level, {k: v for k, v in values.items() if k not in _NAMES_OF_LEVEL}


def fonds_values(code: str, title: str) -> Parsed:
    """Code and title of a fonds.

    Raises:
        InvalidValue: one is empty, too long or no Unicode text.
    """
    found: dict[int, Value] = {}
    for number, name, text, limit in (
        (CODE, "code", code, FONDS_CODE_CHARACTERS),
        (TITLE, "title", title, FONDS_TITLE_CHARACTERS),
    ):
        trimmed = check_text(name, text, TEXT_LIMIT_BYTES).strip()
        if not trimmed:
            raise InvalidValue(name, "value-empty", text)
        if len(trimmed) > limit:
            raise InvalidValue(name, "text-too-long", shortened(trimmed), str(limit))
        found[number] = trimmed
    return Parsed(found)


def check_actor(actor: Actor) -> None:
    """Refuse a name that cannot stand in an operation.

    Raises:
        InvalidValue: it is empty, too long or no Unicode text.
    """
    if not check_text(_ACTOR, actor.name, ACTOR_NAME_LIMIT_BYTES).strip():
        raise InvalidValue(_ACTOR, "value-empty", actor.name)


def check_text(name: str, text: str, limit_bytes: int) -> str:
    """*text* as it may stand in an operation.

    Raises:
        InvalidValue: it is no Unicode text, or too long.
        SecretRefused: it has the marking of a state secret.
    """
    if not is_unicode(text):
        shown = text.encode("utf-8", "replace").decode()
        raise InvalidValue(name, "text-not-unicode", shown)
    if len(text.encode()) > limit_bytes:
        raise InvalidValue(name, "text-too-long", shortened(text), str(limit_bytes))
    if is_secret(_PLAIN_TEXT, text):
        raise SecretRefused(name, shortened(text))
    return text


def check_sizes(operations: Sequence[Operation], pack: Pack) -> None:
    """Refuse what no change-set could carry.

    Raises:
        FieldTooLarge: a value, or the whole operation, is above its limit.
    """
    for operation in operations:
        pairs = _pairs(operation)
        total = _FRAME_BYTES
        largest, largest_size = 0, 0
        for number, value in pairs:
            size = value_size(value)
            total += size + _CELL_BYTES
            if size > largest_size:
                largest, largest_size = number, size
        known = pack.by_number.get(largest)
        name = known.name if known is not None else str(largest)
        if largest_size > FIELD_LIMIT_BYTES - _FRAME_BYTES:
            raise FieldTooLarge(name, largest_size, FIELD_LIMIT_BYTES - _FRAME_BYTES)
        if total > SINGLE_LIMIT_BYTES:
            raise FieldTooLarge(name, total, SINGLE_LIMIT_BYTES)


def _pairs(operation: Operation) -> list[tuple[int, Value]]:
    match operation:
        case Create(values=values, lists=lists):
            return [*values, *((e.field, v) for e in lists for v in e.values)]
        case Set(writes=writes):
            return [(write.field, write.value) for write in writes]
        case Add(lists=lists):
            return [(e.field, v) for e in lists for v in e.values]
        case _:
            return []


def value_size(value: Value) -> int:
    """Bytes that a value takes, at most."""
    if isinstance(value, tuple):
        return sum(value_size(member) + _CELL_BYTES for member in value)
    if isinstance(value, bytes):
        return len(value)
    return len(shown_value(value).encode("utf-8", "replace"))


def shortened(text: str) -> str:
    """*text* short enough for a line of a message."""
    if len(text) <= _FOUND_CHARACTERS:
        return text
    return f"{text[:_FOUND_CHARACTERS]}…"
