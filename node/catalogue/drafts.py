"""What somebody is typing, kept as it is typed: after a power cut it is offered again.

Drafts stay on this machine and never travel. A save drops its draft in the same
transaction, so that a record is neither lost nor entered twice. What the secrecy rule
refuses is not kept here either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgpack

from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.record import Seen
from node.catalogue.saving import check_actor
from node.catalogue.secrecy import is_secret
from node.catalogue.values import is_unicode
from node.store.desk_port import DraftRow
from node.store.port import Rows
from protocol.identity import Dot, Element
from protocol.operations import Actor


class DraftKind(StrEnum):
    """What is being typed."""

    ENTRY = "entry"
    """A new record."""
    CHANGE = "change"
    CORRECTION = "correction"
    """A change of a filed item."""
    REFUSED_ROW = "refused-row"
    """A row of an import that needs a hand."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stood in a form."""

    kind: DraftKind
    typed: Mapping[str, str]
    """Field names to texts as typed, whether they can be saved or not."""
    about: str = ""
    """Printed id of the record; empty for a new one."""
    fonds: str = ""
    level: str = "item"
    seen: Seen | None = None
    """What the form was filled from."""
    extra: Mapping[str, str | int] = field(default_factory=dict)
    """What the screen needs beside the fields."""
    draft_no: int = 0
    """0 until it has been kept."""
    changed_at: int = 0
    """Unix seconds."""


class Drafts:
    """Drafts of the people at this machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def keep(self, actor: Actor, draft: Draft) -> int:
        """Keep a draft, in place of the one with its number; the number it has now.

        0, and nothing is kept, where that one was saved or dropped meanwhile: a word
        that comes late does not bring it back.
        """
        check_actor(actor)
        pack = self._premises.pack
        row = DraftRow(
            draft_no=draft.draft_no,
            actor=actor.name,
            kind=draft.kind,
            about=draft.about,
            changed_at=self._premises.clock.now(),
            content=_packed(draft, pack),
        )
        return await self._premises.store.write(lambda rows: rows.drafts.put(row))

    async def waiting(self, actor: Actor) -> list[Draft]:
        """The person's drafts, the oldest first."""
        check_actor(actor)
        found = await self._premises.store.read(
            lambda rows: rows.drafts.of_actor(actor.name)
        )
        return [draft_of(row) for row in found]

    async def drop(self, actor: Actor, draft_no: int) -> None:
        """The person does not want the draft any more; harmless where it is gone."""
        check_actor(actor)

        def work(rows: Rows) -> None:
            rows.drafts.remove(draft_no, actor.name)

        await self._premises.store.write(work)


def numbered(draft: Draft, draft_no: int) -> Draft:
    """The draft under the number that it was kept by."""
    return replace(draft, draft_no=draft_no)


def _packed(draft: Draft, pack: Pack) -> bytes:
    typed = {
        name: _kept_text(text)
        for name, text in draft.typed.items()
        if not _is_refused(name, text, pack)
    }
    extra = {
        name: _kept_text(value) if isinstance(value, str) else value
        for name, value in draft.extra.items()
        if not isinstance(value, str) or not _is_refused(name, value, pack)
    }
    content: bytes = msgpack.packb(
        (
            _kept_text(draft.fonds),
            draft.level,
            typed,
            extra,
            None if draft.seen is None else _packed_seen(draft.seen),
        )
    )
    return content


def _kept_text(text: str) -> str:
    """*text* as it can be kept: what is no Unicode becomes question marks."""
    return text.encode("utf-8", "replace").decode()


def _is_refused(name: str, text: str, pack: Pack) -> bool:
    known = pack.by_name.get(name)
    return is_unicode(text) and is_secret(0 if known is None else known.number, text)


def _packed_seen(seen: Seen) -> tuple[object, ...]:
    return (
        [(number, [tuple(dot) for dot in dots]) for number, dots in seen.dots.items()],
        [
            (number, [(*element.dot, element.position) for element in elements])
            for number, elements in seen.elements.items()
        ],
        [tuple(dot) for dot in seen.existence],
    )


def draft_of(row: DraftRow) -> Draft:
    """The draft that was kept as *row*."""
    fonds, level, typed, extra, seen = msgpack.unpackb(
        row.content, use_list=False, strict_map_key=False
    )
    return Draft(
        kind=DraftKind(row.kind),
        typed=typed,
        about=row.about,
        fonds=fonds,
        level=level,
        seen=None if seen is None else _unpacked_seen(*seen),
        extra=extra,
        draft_no=row.draft_no,
        changed_at=row.changed_at,
    )


def _unpacked_seen(
    dots: tuple[tuple[int, tuple[tuple[bytes, int], ...]], ...],
    elements: tuple[tuple[int, tuple[tuple[bytes, int, int], ...]], ...],
    existence: tuple[tuple[bytes, int], ...],
) -> Seen:
    return Seen(
        dots={number: tuple(Dot(*dot) for dot in found) for number, found in dots},
        elements={
            number: tuple(Element(Dot(log, n), place) for log, n, place in found)
            for number, found in elements
        },
        existence=tuple(Dot(*dot) for dot in existence),
    )
