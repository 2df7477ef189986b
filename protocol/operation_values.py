"""The values, texts and dots inside operations, for who must look at all of them.

Secrecy rules read values, a redaction replaces some, a fork renames dots
(docs/protocol.md, Redaction and Forks). A kind that is unknown here shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from protocol.identity import Dot, Element
from protocol.operations import (
    CLAIMS_FIELD,
    EXISTENCE_FIELD,
    LINKS_FIELD,
    Add,
    Claim,
    Create,
    Elements,
    Link,
    Operation,
    Removal,
    Remove,
    Resolve,
    Restore,
    Seen,
    Set,
    Tag,
    Value,
    Withdraw,
    Write,
)

IsRemoved = Callable[[Operation, int, Value], bool]
"""Whether an order removes the value that an operation gives to a field."""


def values_of(operation: Operation) -> Iterator[tuple[int, Value]]:
    """Every (field, value) that *operation* carries.

    Free texts count as values of the field that the operation writes: reasons of a
    withdrawal, restoration or decision, notes of a link, sequence and code of a claim.
    """
    match operation:
        case Create(values=values, lists=lists):
            yield from values
            for part in lists:
                for value in part.values:
                    yield part.field, value
        case Set(writes=writes):
            for write in writes:
                yield write.field, write.value
        case Add(lists=lists):
            for part in lists:
                for value in part.values:
                    yield part.field, value
        case Resolve(write=write, reason=reason):
            yield write.field, write.value
            yield write.field, reason
        case Withdraw(reason=reason) | Restore(reason=reason):
            yield EXISTENCE_FIELD, reason
        case Link(note=note):
            yield LINKS_FIELD, note
        case Claim(sequence=sequence, code=code):
            yield CLAIMS_FIELD, sequence
            yield CLAIMS_FIELD, code
        case _:
            return


def removed(operation: Operation, order: str, is_removed: IsRemoved) -> Operation:
    """*operation* with every value that *is_removed* replaced by (REMOVED, order).

    Dots, fields, names, actors and times stay. A free text becomes the order's text.
    """

    def value(field: int, found: Value) -> Value:
        if is_removed(operation, field, found):
            return (int(Tag.REMOVED), order)
        return found

    def text(field: int, found: str) -> str:
        return order if is_removed(operation, field, found) else found

    def elements(part: Elements) -> Elements:
        return Elements(part.field, tuple(value(part.field, v) for v in part.values))

    match operation:
        case Create(values=values, lists=lists):
            return replace(
                operation,
                values=tuple((field, value(field, found)) for field, found in values),
                lists=tuple(elements(part) for part in lists),
            )
        case Set(writes=writes):
            return replace(
                operation,
                writes=tuple(
                    replace(write, value=value(write.field, write.value))
                    for write in writes
                ),
            )
        case Add(lists=lists):
            return replace(operation, lists=tuple(elements(part) for part in lists))
        case Resolve(write=write, reason=reason):
            return replace(
                operation,
                write=replace(write, value=value(write.field, write.value)),
                reason=text(write.field, reason),
            )
        case Withdraw(reason=reason) | Restore(reason=reason):
            return replace(operation, reason=text(EXISTENCE_FIELD, reason))
        case Link(note=note):
            return replace(operation, note=text(LINKS_FIELD, note))
        case Claim(sequence=sequence, code=code):
            return replace(
                operation,
                sequence=text(CLAIMS_FIELD, sequence),
                code=text(CLAIMS_FIELD, code),
            )
        case _:
            return operation


def renamed(operation: Operation, translate: Callable[[Dot], Dot]) -> Operation:
    """*operation* with every dot in it translated; its own n stays.

    A kind that is unknown here, and what a redaction carries, pass through untouched.
    """

    def names(dots: tuple[Dot, ...]) -> tuple[Dot, ...]:
        return tuple(sorted(map(translate, dots)))

    def write(found: Write) -> Write:
        return Write(found.field, copied(found.value), names(found.names))

    def copied(value: Value) -> Value:
        match value:
            case (Tag.COPY, bytes(log), int(n)):
                source = translate(Dot(log, n))
                return (int(Tag.COPY), source.log, source.n)
            case _:
                return value

    def removal(found: Removal) -> Removal:
        moved = (Element(translate(each.dot), each.position) for each in found.elements)
        return Removal(found.field, tuple(sorted(moved)))

    match operation:
        case Set():
            writes = tuple(write(each) for each in operation.writes)
            return replace(operation, record=translate(operation.record), writes=writes)
        case Add():
            return replace(operation, record=translate(operation.record))
        case Remove():
            removals = tuple(removal(each) for each in operation.removals)
            record = translate(operation.record)
            return replace(operation, record=record, removals=removals)
        case Withdraw():
            return replace(
                operation,
                record=translate(operation.record),
                names=names(operation.names),
                seen=tuple(
                    Seen(each.field, names(each.dots)) for each in operation.seen
                ),
            )
        case Restore():
            record = translate(operation.record)
            return replace(operation, record=record, names=names(operation.names))
        case Resolve():
            record = translate(operation.record)
            return replace(operation, record=record, write=write(operation.write))
        case Link():
            record = translate(operation.record)
            return replace(operation, record=record, target=translate(operation.target))
        case Claim():
            return replace(operation, record=translate(operation.record))
        case _:
            return operation
