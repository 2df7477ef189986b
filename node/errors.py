"""What can go wrong on one machine.

Every class has a ``code``: a stable slug for the log, the screen and
docs/operations.md. The docstring is the operator's sentence. Nothing here holds a
title, a colour or an exit status.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class NodeError(Exception):
    """Something about this machine's own data went wrong."""

    code: ClassVar[str] = "node"


class StoreBusy(NodeError):
    """Another process has been writing for too long; try again in a moment."""

    code = "store-busy"

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(waited_seconds)
        self.waited_seconds = waited_seconds


class ReadStopped(NodeError):
    """What was being read is not wanted any more; nothing was changed."""

    code = "read-stopped"


class StoreDamaged(NodeError):
    """The database cannot be read: it is damaged, or its key is another one."""

    code = "store-damaged"

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail


class StoreFull(NodeError):
    """The disk is full; what was being saved was not saved, all else is kept."""

    code = "store-full"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class SchemaTooNew(NodeError):
    """A newer version of the program wrote this database; update the program."""

    code = "schema-too-new"

    def __init__(self, found: int, known: int) -> None:
        super().__init__(found, known)
        self.found = found
        self.known = known


class KeyMissing(NodeError):
    """A key file of this machine is missing or unreadable."""

    code = "key-missing"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class NotThisHome(NodeError):
    """The folder holds no machine's data."""

    code = "not-a-home"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class HomeExists(NodeError):
    """The folder already holds a machine's data; nothing was changed."""

    code = "home-exists"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class SealBusy(NodeError):
    """Another process of this machine has been sealing for too long."""

    code = "seal-busy"

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(waited_seconds)
        self.waited_seconds = waited_seconds


class SidecarDamaged(NodeError):
    """The small file beside the database that guards against copies is unreadable."""

    code = "sidecar-damaged"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class IncarnationBehind(NodeError):
    """The database is older than what this machine sealed: a restored copy."""

    code = "incarnation-behind"

    def __init__(self, sealed_seq: int, known_seq: int) -> None:
        super().__init__(sealed_seq, known_seq)
        self.sealed_seq = sealed_seq
        self.known_seq = known_seq


class HistoryDamaged(NodeError):
    """A stored change-set does not verify or does not decode."""

    code = "history-damaged"

    def __init__(self, log: bytes, seq: int, detail: str) -> None:
        super().__init__(log.hex(), seq, detail)
        self.log = log
        self.seq = seq
        self.detail = detail


class UnknownScope(NodeError):
    """No fonds of this machine has that identity."""

    code = "unknown-scope"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class UnknownRecord(NodeError):
    """No record has this id or code."""

    code = "unknown-record"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class AmbiguousRecord(NodeError):
    """More than one record has this code; give the record id."""

    code = "ambiguous-record"

    def __init__(self, wanted: str, found: tuple[str, ...]) -> None:
        super().__init__(wanted, found)
        self.wanted = wanted
        self.found = found


class SecretRefused(NodeError):
    """State secrets must not be kept here (保守国家秘密法)."""

    code = "secret-refused"

    def __init__(self, field: str, found: str) -> None:
        super().__init__(field, found)
        self.field = field
        self.found = found


class FieldTooLarge(NodeError):
    """The value of one field is larger than a change-set can carry."""

    code = "field-too-large"

    def __init__(self, field: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(field, size_bytes, limit_bytes)
        self.field = field
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class InvalidValue(NodeError):
    """The value does not fit the field."""

    code = "invalid-value"

    def __init__(self, field: str, reason: str, found: str, offer: str = "") -> None:
        super().__init__(field, reason, found, offer)
        self.field = field
        self.reason = reason
        """A slug that says which rule of the field is broken."""
        self.found = found
        self.offer = offer
        """What the rule would accept in its place; empty where it cannot tell."""


class UnknownField(NodeError):
    """No field of this catalogue has that name."""

    code = "unknown-field"

    def __init__(self, wanted: str, nearest: str) -> None:
        super().__init__(wanted, nearest)
        self.wanted = wanted
        self.nearest = nearest
        """The field that was probably meant; empty where none is near."""


class UnknownPack(NodeError):
    """This program has no rule pack of that name and version."""

    code = "unknown-pack"

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known


class UnknownFonds(NodeError):
    """No fonds of this machine has that code."""

    code = "unknown-fonds"

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known


class FondsNotNamed(NodeError):
    """There are several fonds here; say which one is meant."""

    code = "fonds-not-named"

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__(known)
        self.known = known


class FondsExists(NodeError):
    """A fonds with this code is here already."""

    code = "fonds-exists"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class WorkbookUnreadable(NodeError):
    """The file cannot be read as a workbook."""

    code = "workbook-unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        """A slug: missing, encrypted, damaged, unknown-kind, encoding, too-large."""


class NoCatalogueInWorkbook(NodeError):
    """No row of the workbook reads as the headings of a catalogue."""

    code = "no-catalogue"

    def __init__(self, path: Path, sheets: tuple[str, ...]) -> None:
        super().__init__(path, sheets)
        self.path = path
        self.sheets = sheets


class ColumnsMistaken(NodeError):
    """What was chosen for the columns of a workbook does not fit the workbook."""

    code = "columns-mistaken"

    def __init__(self, sheet: str, reason: str, found: str) -> None:
        super().__init__(sheet, reason, found)
        self.sheet = sheet
        self.reason = reason
        """A slug: no-such-sheet, no-such-row, no-such-column, field-twice."""
        self.found = found


class UnknownRefusedRow(NodeError):
    """No row of that import waits for a hand under this number."""

    code = "unknown-refused-row"

    def __init__(self, batch: int, row: int) -> None:
        super().__init__(batch, row)
        self.batch = batch
        self.row = row


class ImportBusy(NodeError):
    """Another process of this machine is importing."""

    code = "import-busy"


class UnknownImport(NodeError):
    """No import of this machine has that number."""

    code = "unknown-import"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class PackDamaged(NodeError):
    """A rule pack of the program cannot be read."""

    code = "pack-damaged"

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(name, detail)
        self.name = name
        self.detail = detail


class FormNotWritten(NodeError):
    """The printed form cannot be written at this place; nothing else was changed."""

    code = "form-not-written"

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail
