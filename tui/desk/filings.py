"""Filing at a machine: the door's face, and the printed forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from node.catalogue.arrangement import Arrangement
from node.catalogue.checks import Finding
from node.catalogue.closing import Closed, ClosingLook
from node.catalogue.codes import CodeRule
from node.catalogue.filing import Filed, FilingGroup
from node.catalogue.numbering import FilingKey, numbering_rules
from node.catalogue.reading import Fonds
from node.catalogue.record import Record
from node.catalogue.restamping import Restamp
from node.forms.apart import print_apart, print_slip_apart
from node.forms.filing import (
    BOUND,
    Box,
    FilingForm,
    FilingLine,
    Part,
    item_of,
)
from node.forms.slip import RestampLine, RestampSlip
from node.machine import Machine
from protocol.operations import Actor
from sync.cli.printing import time_text
from tui.port.filings import BoxNote, OnProgress

_FOLDER: Final = "printed"


class DeskFilings:
    """Arranges, checks, files and prints in a person's name."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    async def fonds(self) -> list[Fonds]:
        """The fonds of this machine, by code."""
        return await self._machine.catalogue.fonds(self._actor)

    async def groups(self, fonds: str) -> list[FilingGroup]:
        """Every class of the fonds that holds an item."""
        return await self._machine.catalogue.filing.groups(self._actor, fonds)

    async def code_rule(self, fonds: str) -> CodeRule:
        """The rule by which the fonds numbers."""
        return await self._machine.catalogue.filing.code_rule(self._actor, fonds)

    def code_rules(self) -> list[CodeRule]:
        """The rules by which a fonds may number."""
        return numbering_rules(self._machine.pack.code_rules)

    async def choose_code_rule(self, fonds: str, rule: str) -> None:
        """From now on the fonds numbers by *rule*."""
        filing = self._machine.catalogue.filing
        await filing.choose_code_rule(self._actor, fonds, rule)

    async def arrangement(self, key: FilingKey) -> Arrangement:
        """A class in the order in which it is to be filed."""
        return await self._machine.catalogue.filing.arrangement(self._actor, key)

    async def check(self, arrangement: Arrangement) -> list[Finding]:
        """What there is to say of it before it is filed."""
        return await self._machine.catalogue.filing.check(self._actor, arrangement)

    async def file(self, arrangement: Arrangement, on_progress: OnProgress) -> Filed:
        """Number and file it as it stands."""
        return await self._machine.catalogue.filing.file(
            self._actor, arrangement, progress=on_progress
        )

    async def sealing(self, stem: str) -> ClosingLook:
        """What sealing a sequence would come to."""
        return await self._machine.catalogue.sequences.look(self._actor, stem)

    async def seal(
        self, stem: str, reason: str, *, closes_gaps: bool | None, ends_leases: bool
    ) -> Closed:
        """Seal it (封册)."""
        return await self._machine.catalogue.sequences.close(
            self._actor,
            stem,
            reason,
            closes_gaps=closes_gaps,
            ends_leases=ends_leases,
        )

    async def give_back(self, stem: str) -> Sequence[tuple[int, int]]:
        """Give back what is left of own blocks; the numbers."""
        return await self._machine.catalogue.sequences.give_back(self._actor, stem)

    async def restamps(self) -> Sequence[Restamp]:
        """Papers filed here that bear another code than their record."""
        return await self._machine.catalogue.restamping.all(self._actor)

    async def restamped(self, records: Sequence[str]) -> int:
        """These bear their new codes now; how many."""
        return await self._machine.catalogue.restamping.done(self._actor, records)

    def slip_path(self, name: str) -> Path:
        """Where the slip of papers to be stamped anew is put."""
        day = datetime.fromtimestamp(self._machine.clock.now(), UTC).date()
        return self._machine.home.path / _FOLDER / f"{name}-{day.isoformat()}.pdf"

    async def print_slip(
        self, papers: Sequence[Restamp], path: Path, sentences: Mapping[str, str]
    ) -> int:
        """Write the slip of these papers to *path*; how many pages."""
        (self._machine.home.path / _FOLDER).mkdir(mode=0o700, exist_ok=True)
        titles = {each.code: each.title for each in await self.fonds()}
        fonds = tuple(dict.fromkeys(each.fonds for each in papers))
        name = titles.get(fonds[0], "") if len(fonds) == 1 else ""
        made_at = datetime.fromtimestamp(self._machine.clock.now(), UTC)
        lines = tuple(_slip_line(each) for each in papers)
        slip = RestampSlip("、".join(fonds), name, self._machine.name, lines, made_at)
        return await print_slip_apart(path, slip, sentences)

    def print_path(self, key: FilingKey, name: str) -> Path:
        """Where its printed forms are put unless a person says otherwise."""
        parts = [key.fonds, str(key.year or ""), key.retention, key.org, name]
        stem = "-".join(part for part in parts if part)
        safe = "".join("_" if each in '/\\:*?"<>|' else each for each in stem)
        return self._machine.home.path / _FOLDER / f"{safe}.pdf"

    async def print(
        self,
        arrangement: Arrangement,
        note: BoxNote,
        path: Path,
        sentences: Mapping[str, str],
        *,
        on_progress: OnProgress,
    ) -> Sequence[str]:
        """Write the forms of what has a number to *path*; names of the parts."""
        own = self._machine.home.path / _FOLDER
        if path.parent == own:
            own.mkdir(mode=0o700, exist_ok=True)
        form = await self._form(arrangement, note)
        printed = await print_apart(
            path, form, sentences, parts=(*BOUND, Part.SPINE), on_page=on_progress
        )
        return [str(part) for part in printed.pages]

    async def _form(self, arrangement: Arrangement, note: BoxNote) -> FilingForm:
        key = arrangement.key
        names = {each.code: each.title for each in await self.fonds()}
        lines = tuple(
            _printed_line(line.record)
            for line in arrangement.lines
            if not line.is_new and line.record.code
        )
        box = Box(
            number=note.number,
            first_item=item_of(lines[0].code) if lines else "",
            last_item=item_of(lines[-1].code) if lines else "",
            width_mm=note.width_mm,
            situation=note.situation,
            arranged_by=note.arranged_by,
            arranged_on=note.arranged_on,
            checked_by=note.checked_by,
            checked_on=note.checked_on,
        )
        offered = {
            each.value: each.meaning
            for each in self._machine.pack.form.values.get("org_code", ())
        }
        return FilingForm(
            fonds=key.fonds,
            fonds_name=names.get(key.fonds, ""),
            year=str(key.year or ""),
            retention_code=key.retention,
            org=offered.get(key.org, key.org),
            lines=lines,
            made_at=datetime.fromtimestamp(self._machine.clock.now(), UTC),
            boxes=(box,),
        )


def _slip_line(paper: Restamp) -> RestampLine:
    told = (paper.who, time_text(paper.time))
    return RestampLine(
        paper.former,
        paper.code,
        paper.title,
        paper.date,
        paper.reason,
        " ".join(text for text in told if text),
    )


def _printed_line(record: Record) -> FilingLine:
    def text(name: str) -> str:
        value = record.fields.get(name, "")
        return "、".join(value) if isinstance(value, list) else str(value)

    return FilingLine(
        code=record.code or "",
        title=text("title"),
        doc_no=text("doc_no"),
        creators=text("creators"),
        date=text("date"),
        secrecy=text("secrecy"),
        pages=text("pages"),
        notes=text("notes"),
        parallel_title=text("parallel_title"),
    )
