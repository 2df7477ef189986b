"""The door's face for sharing agreements (共享协议), at a hub.

An agreement says what one room may see of a fonds that is not its own; its words are in
node/catalogue/agreement_words.py, what is made of it in node/catalogue/editions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from node.catalogue.agreement_errors import UnknownAgreement
from node.catalogue.agreement_words import (
    FOREVER,
    LEVELS,
    PRINTED,
    UNTIL,
    Agreement,
    Terms,
    agreements_of,
    all_agreements,
    end_of_day,
    last_day,
    read_terms,
)
from node.catalogue.machines import key_of_machine, names_of_machines
from node.catalogue.premises import Premises
from node.catalogue.reading import Fonds, all_fonds, fonds_for
from node.catalogue.saving import check_actor
from node.errors import InvalidValue
from node.history.registering import say
from node.history.registers import AGREEMENT, COMMON
from node.keys import random_bytes
from node.store.port import Rows
from protocol.extracts import EXTRACT_ID_BYTES, ExtractKind
from protocol.identity import Scope
from protocol.operations import Actor


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement as people see it."""

    agreement: Agreement
    reader: str
    """Name of the machine; empty: every room."""
    fonds: str
    title: str

    def to_json(self) -> dict[str, object]:
        """The agreement as JSON shows it."""
        each = self.agreement
        return {
            "id": each.printed,
            "kind": ExtractKind(each.kind).name.lower(),
            "reader": self.reader or None,
            "fonds": self.fonds or None,
            "title": self.title or None,
            "categories": list(each.categories),
            "level": {number: name for name, number in LEVELS.items()}[each.level],
            "years": [each.first_year, each.last_year] if each.last_year else None,
            "until": last_day(each.until),
            "active": each.is_active,
        }


class Agreements:
    """The door's face for sharing agreements, at a hub."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def add(
        self, actor: Actor, room: str, fonds_code: str, terms: Terms
    ) -> AgreementView:
        """Let the machine *room* see what *terms* say of a fonds.

        The same once more is the same agreement, with a new end.

        Raises:
            UnknownMachine, UnknownFonds, UnknownField, InvalidValue.
        """
        check_actor(actor)
        bare = read_terms(terms, self._premises.pack)
        if bare.until <= self._premises.clock.now():
            raise InvalidValue(UNTIL, "date-past", terms.until)

        def work(rows: Rows) -> AgreementView:
            fonds = fonds_for(rows, fonds_code)
            key, name = _reader_named(rows, room)
            made = replace(bare, reader=key, scope_no=fonds.scope_no)
            for each in agreements_of(rows, fonds.scope_no):
                if each.is_active and each.shows_as(made):
                    made = replace(made, id=each.id)
            self._say(rows, actor, made)
            return AgreementView(made, name, fonds.code, fonds.title)

        view = await self._premises.store.write(work)
        await self._premises.seal()
        return view

    async def share_digests(
        self, actor: Actor, room: str | None, until: str = ""
    ) -> AgreementView:
        """Send the list of what is digitised to *room*; to every room without one.

        Raises:
            UnknownMachine, InvalidValue.
        """
        check_actor(actor)
        bare = Agreement(
            id=random_bytes(EXTRACT_ID_BYTES),
            kind=ExtractKind.DIGESTS,
            reader=b"",
            categories=(),
            level=0,
            first_year=0,
            last_year=0,
            fields=(),
            until=end_of_day(until or FOREVER),
            is_active=True,
        )

        def work(rows: Rows) -> AgreementView:
            key, name = (b"", "") if room is None else _reader_named(rows, room)
            made = replace(bare, reader=key, scope_no=_common_scope(rows))
            standing = [
                each
                for each in all_agreements(rows)
                if each.kind == ExtractKind.DIGESTS and each.reader == key
            ]
            for each in standing:
                if each.is_active:
                    made = replace(made, id=each.id)
            self._say(rows, actor, made)
            return AgreementView(made, name, "", "")

        view = await self._premises.store.write(work)
        await self._premises.seal()
        return view

    async def end_digests(self, actor: Actor, room: str | None) -> AgreementView:
        """Send the list of what is digitised to *room*, or to every room, no more.

        Raises:
            UnknownMachine, UnknownAgreement.
        """
        check_actor(actor)

        def work(rows: Rows) -> str:
            key, _ = (b"", "") if room is None else _reader_named(rows, room)
            for each in all_agreements(rows):
                is_digests = each.kind == ExtractKind.DIGESTS
                if is_digests and each.is_active and each.reader == key:
                    return each.id.hex()
            raise UnknownAgreement(room or "digests")

        return await self.end(actor, await self._premises.store.read(work))

    async def end(self, actor: Actor, wanted: str) -> AgreementView:
        """End an agreement; the room hears of it in its next exchange.

        Raises:
            UnknownAgreement: none in force is called so.
        """
        check_actor(actor)

        def work(rows: Rows) -> AgreementView:
            plain = wanted.strip().lower()
            found = [
                each
                for each in all_agreements(rows)
                if each.is_active and plain and each.id.hex().startswith(plain)
            ]
            if len(found) != 1:
                raise UnknownAgreement(wanted)
            ended = replace(found[0], is_active=False)
            self._say(rows, actor, ended)
            return _view(rows, ended, all_fonds(rows))

        view = await self._premises.store.write(work)
        await self._premises.seal()
        return view

    async def all(self, actor: Actor) -> list[AgreementView]:
        """Every agreement, those in force first, then by fonds and reader."""
        check_actor(actor)

        def work(rows: Rows) -> list[AgreementView]:
            known = all_fonds(rows)
            views = [_view(rows, each, known) for each in all_agreements(rows)]
            return sorted(views, key=_order)

        return await self._premises.store.read(work)

    def _say(self, rows: Rows, actor: Actor, agreement: Agreement) -> None:
        now = self._premises.clock.now()
        said = {AGREEMENT: [agreement.members()]}
        say(rows, agreement.scope_no, actor, now, said)


def _reader_named(rows: Rows, wanted: str) -> tuple[bytes, str]:
    """Key and name of the machine that is called *wanted*."""
    key = key_of_machine(rows, wanted)
    return key, names_of_machines(rows).get(key, wanted)


def _common_scope(rows: Rows) -> int:
    fonds, compartment = rows.settings.get(COMMON)
    return rows.scopes.ensure(Scope(fonds, compartment))


def _view(rows: Rows, agreement: Agreement, known: Sequence[Fonds]) -> AgreementView:
    name = ""
    if agreement.reader:
        unnamed = agreement.reader.hex()[:PRINTED]
        name = names_of_machines(rows).get(agreement.reader, unnamed)
    if agreement.kind != ExtractKind.CATALOGUE:
        return AgreementView(agreement, name, "", "")
    fonds = next((each for each in known if each.scope_no == agreement.scope_no), None)
    code, title = ("", "") if fonds is None else (fonds.code, fonds.title)
    return AgreementView(agreement, name, code, title)


def _order(view: AgreementView) -> tuple[bool, str, str, bytes]:
    each = view.agreement
    return not each.is_active, view.fonds, view.reader, each.id
