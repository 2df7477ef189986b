"""What a form offers while somebody types: the next code, likenesses, the issuer.

Nothing here is asked on the key path: a key only says that something changed, and one
worker at a time asks for all that is wanted then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from node.errors import NodeError
from tui.port.entries import EntriesPort, NextCode, Record

_ISSUERS_DIVIDER = "、"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the offers are for: the form as it stands."""

    fonds: str
    texts: dict[str, str]
    record_id: str
    is_to_number: bool
    """A new item: it will get a number."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What was found."""

    next_code: NextCode | None
    alike: tuple[Record, ...]
    issuer: str
    """Creators that documents of this mark have; empty where nobody knows."""


class OfferDesk:
    """Asks for offers, one after the other, for the newest state of a form only."""

    def __init__(self, port: EntriesPort, wanted: Callable[[], Wanted | None]) -> None:
        self._port = port
        self._wanted = wanted
        self._last: Wanted | None = None

    async def ask(self) -> Offers | None:
        """Offers for the form as it is; None where nothing has changed since."""
        wanted = self._wanted()
        if wanted is None or wanted == self._last:
            return None
        before, self._last = self._last, wanted
        try:
            return await self._ask(wanted, before)
        except NodeError:
            self._last = before
            raise

    def forget(self) -> None:
        """Another form: everything is asked anew."""
        self._last = None

    async def _ask(self, wanted: Wanted, before: Wanted | None) -> Offers:
        texts = wanted.texts
        next_code = None
        if wanted.is_to_number and not texts.get("code", "").strip():
            next_code = await self._port.next_code(wanted.fonds, texts)
        alike = await self._port.like(
            wanted.fonds,
            doc_no=texts.get("doc_no", ""),
            title=texts.get("title", ""),
            date=texts.get("date", ""),
            but_id=wanted.record_id,
        )
        issuer = ""
        doc_no = texts.get("doc_no", "")
        if doc_no and (before is None or before.texts.get("doc_no") != doc_no):
            found = await self._port.issuer(wanted.fonds, doc_no)
            issuer = _ISSUERS_DIVIDER.join(found)
        return Offers(next_code, tuple(alike), issuer)
