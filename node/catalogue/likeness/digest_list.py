r"""摘要表: which papers are digitised already, and where, as few bytes as will do.

A hub makes it of all fonds and gives it to rooms as an extract; a room asks it without
a link before a scan batch starts. It holds no titles and no numbers, only hashes::

    "DYDL" version(u8) u32 length ‖ msgpack [[fonds code, title], …] ‖ entries
    entry = 7 bytes of a mark ‖ u16 place of the fonds in the list, sorted

A mark is the hash of a 文号 with its office, or of a title with its day
(node/catalogue/likeness/keys.py), with its month before it. With 10,000 papers of one
month one question in some hundred million is answered wrongly; a person looks before
leaving a paper out.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

import msgpack

from node.catalogue.likeness.errors import DigestListDamaged
from node.catalogue.likeness.keys import NUMBER, kind_of, marks_of
from node.catalogue.likeness.paper import Paper
from node.catalogue.reading import all_fonds
from node.store.port import Rows

_MAGIC: Final = b"DYDL\x01"
_HASH: Final = slice(1, 8)
"""The part of a mark that is kept."""
_HASH_BYTES: Final = 7
_ENTRY_BYTES: Final = 9
_LENGTH_BYTES: Final = 4
_MOST_FONDS: Final = 1 << 16
_AT_ONCE: Final = 2000


class Held(NamedTuple):
    """A fonds in which the paper is digitised."""

    fonds: str
    """Its code."""
    title: str
    by_number: bool
    """The 文号 says so; else title and day do."""

    def to_json(self) -> dict[str, object]:
        """The fonds as JSON shows it."""
        by = "number" if self.by_number else "title"
        return {"fonds": self.fonds, "title": self.title, "by": by}


def make_digest_list(rows: Rows) -> bytes:
    """The list of all papers here of which there are images."""
    fonds = all_fonds(rows)[:_MOST_FONDS]
    place_of = {each.scope_no: place for place, each in enumerate(fonds)}
    entries: set[bytes] = set()
    after = (0, 0)
    while found := rows.papers.digital(after, _AT_ONCE):
        for scope_no, record_no, marks in found:
            after = (scope_no, record_no)
            place = place_of.get(scope_no)
            if place is not None:
                tail = place.to_bytes(2, "big")
                entries.update(mark[_HASH] + tail for mark in marks)
    head: bytes = msgpack.packb([(each.code, each.title) for each in fonds])
    length = len(head).to_bytes(_LENGTH_BYTES, "big")
    return _MAGIC + length + head + b"".join(sorted(entries))


class DigestList:
    """A list that can be asked."""

    def __init__(self, fonds: tuple[tuple[str, str], ...], entries: bytes) -> None:
        self.fonds = fonds
        self._entries = _Entries(entries)

    def __len__(self) -> int:
        """How many entries it has."""
        return len(self._entries)

    @classmethod
    def load(cls, data: bytes) -> DigestList:
        """The list with these bytes.

        Raises:
            DigestListDamaged: they are not those of a list.
        """
        start = len(_MAGIC) + _LENGTH_BYTES
        length = int.from_bytes(data[len(_MAGIC) : start], "big")
        entries = data[start + length :]
        if data[: len(_MAGIC)] != _MAGIC or len(entries) % _ENTRY_BYTES:
            raise DigestListDamaged
        try:
            head = msgpack.unpackb(data[start : start + length], use_list=False)
            fonds = tuple((str(code), str(title)) for code, title in head)
        except (ValueError, TypeError) as error:
            raise DigestListDamaged from error
        return cls(fonds, entries)

    def find(self, paper: Paper) -> tuple[Held, ...]:
        """The fonds in which the paper is digitised, those by number first."""
        return self.find_marks(marks_of(paper))

    def find_marks(self, marks: tuple[bytes, ...]) -> tuple[Held, ...]:
        """The fonds in which a paper with one of these marks is digitised."""
        found: dict[int, bool] = {}
        for mark in marks:
            is_number = kind_of(mark) == NUMBER
            for place in self._entries.places(mark[_HASH]):
                found[place] = found.get(place, False) or is_number
        held = [
            Held(*self.fonds[place], by_number)
            for place, by_number in found.items()
            if place < len(self.fonds)
        ]
        return tuple(sorted(held, key=lambda each: (not each.by_number, each.fonds)))


class _Entries:
    """Sorted entries of one size, without an object for each."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data) // _ENTRY_BYTES

    def __getitem__(self, place: int) -> bytes:
        return self._data[place * _ENTRY_BYTES : (place + 1) * _ENTRY_BYTES]

    def places(self, hashed: bytes) -> list[int]:
        """Places of the fonds under a hash."""
        found = []
        at = bisect_left(self, hashed)
        while at < len(self) and self[at][:_HASH_BYTES] == hashed:
            found.append(int.from_bytes(self[at][_HASH_BYTES:], "big"))
            at += 1
        return found
