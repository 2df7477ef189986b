"""打印: the forms of a filed group as one PDF, made in the background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult

from node.catalogue.arrangement import Arrangement
from tui.commands import Command
from tui.jobs import JobKind, JobState, Report
from tui.messages import JobChanged
from tui.port.filings import BoxNote
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField

_FIELDS: Final = (
    "number",
    "width",
    "arranged_by",
    "arranged_on",
    "checked_by",
    "checked_on",
    "situation",
    "path",
)
_WIDTHS: Final = ("20", "30", "40", "50")


class PrintingScreen(DeskScreen):
    """What goes on the box and its note, and where the file is put."""

    TITLE_KEY: ClassVar[str] = "printing.title"
    HELP_KEY: ClassVar[str] = "filing"

    def __init__(self, arrangement: Arrangement) -> None:
        super().__init__()
        self._arrangement = arrangement

    def body(self) -> ComposeResult:
        """The fields of box and note."""
        path = self.desk.filings.print_path(
            self._arrangement.key, self.say("printing.file_name")
        )
        filled = {"width": "30", "arranged_by": self.desk.person, "path": str(path)}
        yield Form(
            FormField(
                name,
                self.say(f"printing.{name}"),
                text=filled.get(name, ""),
                label_columns=16,
            )
            for name in _FIELDS
        )

    def on_mount(self) -> None:
        """Begin at the box number."""
        super().on_mount()
        self.query_one(Form).fields[0].focus()
        printed = sum(1 for line in self._arrangement.lines if not line.is_new)
        self.tell(self.say("printing.holds", count=printed))

    def commands(self) -> Sequence[Command]:
        """Print, back."""
        return (
            Command("1", "printing.print", self._print, "f7"),
            Command("0", "filing.back", self.step_back),
        )

    def on_job_changed(self, event: JobChanged) -> None:
        """Pages done, or where the file is."""
        job = event.job
        if job.kind is not JobKind.PRINT:
            return
        match job.state:
            case JobState.RUNNING:
                done, total = job.done, job.total
                self.tell(self.say("printing.at", done=done, total=total))
            case JobState.DONE:
                self.tell(self.say("printing.done", path=job.about))
            case JobState.FAILED if job.error is not None:
                self.tell_error(job.error)
            case _:
                pass

    def _print(self) -> None:
        texts = self.query_one(Form).texts()
        width = texts["width"].strip()
        if width not in _WIDTHS:
            self.tell(self.say("printing.width_wrong", found=width), is_fault=True)
            self.query_one(Form).field("width").focus()
            return
        path = Path(texts["path"].strip()).expanduser()
        if not path.is_absolute() or path.suffix.lower() != ".pdf":
            self.tell(self.say("printing.path_wrong"), is_fault=True)
            self.query_one(Form).field("path").focus()
            return
        note = BoxNote(
            number=texts["number"].strip(),
            width_mm=int(width),
            situation=texts["situation"].strip(),
            arranged_by=texts["arranged_by"].strip(),
            arranged_on=texts["arranged_on"].strip(),
            checked_by=texts["checked_by"].strip(),
            checked_on=texts["checked_on"].strip(),
        )
        filings, sentences = self.desk.filings, self.words.sentences

        async def work(report: Report) -> object:
            return await filings.print(
                self._arrangement,
                note,
                path,
                sentences,
                on_progress=lambda done, total: report(done, total, {}),
            )

        self.desk_app.jobs.start(JobKind.PRINT, str(path), work)
