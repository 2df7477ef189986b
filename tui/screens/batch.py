"""一起改: one field of many records, looked at before it is done, done as one act.

What was marked is changed in the background, some records at a time; F6 takes the whole
act back. Filed items change with a reason only, and are left alone without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Static

from node.catalogue.changing import Changed, ChangePreview
from node.catalogue.fields import CODE, TITLE
from sync.cli.sentences import reason_sentence
from sync.cli.values import field_label
from tui.cells import text_of
from tui.commands import Command
from tui.display import drawable
from tui.jobs import Job, JobKind, JobState, Report
from tui.messages import CatalogueChanged, JobChanged
from tui.port.shelves import Selection
from tui.screens.asking import Ask, Asked
from tui.screens.choosing import Choice, ChoosingScreen
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Column, Ledger, Line

_FEW: Final = 400
_MANY: Final = 20
"""So many records are not changed by a slip of the finger."""
"""So many records are looked at without a word about it."""


class BatchScreen(DeskScreen):
    """Field, value, reason; what it would come to; doing it."""

    TITLE_KEY: ClassVar[str] = "batch.title"
    HELP_KEY: ClassVar[str] = "browse"

    def __init__(self, selection: Selection, amount: int) -> None:
        super().__init__()
        self._selection = selection
        self._amount = amount
        self._field = ""
        self._preview: ChangePreview | None = None
        self._previewed: tuple[str, str, str] | None = None
        self._job: Job | None = None

    def body(self) -> ComposeResult:
        """What is changed, to what, and what that would come to."""
        yield Static("", id="batch-head", markup=False)
        yield Form(
            [
                FormField("value", self.say("batch.value")),
                FormField("reason", self.say("batch.reason")),
            ],
            id="batch-form",
        )
        yield Static("", id="batch-sums", markup=False)
        yield Ledger(
            (
                Column(
                    field_label("code", self.desk.pack, self.words),
                    18,
                    is_cut_left=True,
                    share=1,
                ),
                Column(field_label("title", self.desk.pack, self.words), 20, share=2),
                Column(self.say("batch.before"), 14, share=1),
                Column(self.say("batch.after"), 14, share=1),
            ),
            id="samples",
        )

    def on_mount(self) -> None:
        """The first question is which field."""
        self._show_head()
        self.call_after_refresh(self._choose_field)

    def commands(self) -> Sequence[Command]:
        """Another field, look, do it."""
        return (
            Command("1", "batch.field", self._choose_field),
            Command("2", "batch.look", self._look, "f9"),
            Command("3", "batch.do", self._do, "f2"),
            Command("0", "batch.back", self.step_back),
        )

    async def on_key(self, event: Key) -> None:
        """What runs goes on when the screen is left; nothing else is kept."""
        if event.key in ("tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            self.query_one("#field-value", FormField).focus()

    def on_form_ended(self, event: Form.Ended) -> None:
        """Behind the last field: look what it would come to, then the digits."""
        event.stop()
        self.call_later(self._guarded, Command("2", "batch.look", self._look))

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """Another value: what was looked at does not hold any more."""
        event.stop()
        self._show_preview(None)
        if event.field.name == "value" and self._field:
            fault = self.desk.entries.fault(self._field, event.field.text)
            text = (
                ""
                if fault is None
                else reason_sentence(
                    fault.reason,
                    {"found": fault.found, "offer": fault.offer},
                    self.words,
                )
            )
            self.tell(text, is_fault=fault is not None)

    def on_job_changed(self, event: JobChanged) -> None:
        """How far it is, and how it ended."""
        job = event.job
        if job is not self._job:
            return
        match job.state:
            case JobState.RUNNING if job.total:
                self.tell(self.say("batch.steps", done=job.done, total=job.total))
            case JobState.FAILED if job.error is not None:
                self._job = None
                self.tell_error(job.error)
            case JobState.DONE if isinstance(job.result, Changed):
                self._job = None
                self._tell_done(job.result)
            case _:
                pass

    async def _choose_field(self) -> None:
        pack = self.desk.pack
        choices = [
            Choice(field.name, field_label(field.name, pack, self.words), field.help)
            for field in pack.fields
            if field.is_typed and field.is_shown and field.number not in (CODE, TITLE)
        ]
        await self.app.push_screen(
            ChoosingScreen(self.say("batch.field"), choices, self._put_field)
        )

    def _put_field(self, name: str) -> None:
        self._field = name
        self._show_head()
        self._show_preview(None)
        self.query_one("#field-value", FormField).focus()

    def _asked(self) -> tuple[str, str, str]:
        texts = self.query_one(Form).texts()
        return self._field, texts["value"], texts["reason"]

    async def _look(self) -> None:
        """What would it come to? Nothing is written."""
        if not self._field:
            await self._choose_field()
            return
        if self._amount > _FEW:
            self.tell(self.say("batch.looking"))
        self.put_on(self._read_preview, group="preview")

    async def _read_preview(self) -> None:
        asked = self._asked()
        try:
            preview = await self.desk.shelves.preview_change(self._selection, *asked)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        if asked == self._asked():
            self.tell("")
            self._previewed = asked
            self._show_preview(preview)

    async def _do(self) -> None:
        """Only what was looked at is done."""
        if self._job is not None:
            return
        asked = self._asked()
        preview = self._preview
        if preview is None or self._previewed != asked:
            await self._look()
            return
        if not preview.will_change:
            self.tell(self.say("batch.nothing"), is_fault=True)
            return
        if preview.will_change > _MANY:
            self.put_on(partial(self._confirm, preview, asked), group="ask")
        else:
            self._start(preview, asked)

    async def _confirm(
        self, preview: ChangePreview, asked: tuple[str, str, str]
    ) -> None:
        """Who changes many types how many they are."""
        amount = str(preview.will_change)

        def check(texts: Mapping[str, str]) -> str:
            if texts["amount"].strip() == amount:
                return ""
            return self.say("batch.confirm_again", count=amount)

        answer = await self.desk_app.push_screen_wait(
            Ask(
                self.say("batch.title"),
                (Asked("amount", self.say("batch.confirm_field")),),
                (self.say("batch.confirm", count=amount),),
                check,
            )
        )
        if answer is not None:
            self._start(preview, asked)

    def _start(self, preview: ChangePreview, asked: tuple[str, str, str]) -> None:
        desk, selection = self.desk, preview.chosen

        async def work(report: Report) -> object:
            return await desk.shelves.change_many(
                selection, *asked, lambda done, total: report(done, total, {})
            )

        self._job = self.desk_app.jobs.start(JobKind.CHANGE, asked[0], work)

    def _tell_done(self, changed: Changed) -> None:
        self._show_preview(None)
        key = "batch.done" if not changed.filed else "batch.done_but_filed"
        self.tell(self.say(key, changed=changed.changed, filed=changed.filed))
        for screen in self.app.screen_stack:
            screen.post_message(CatalogueChanged())

    def _show_head(self) -> None:
        name = field_label(self._field, self.desk.pack, self.words)
        text = self.say(
            "batch.head", count=f"{self._amount:,}", field=name if self._field else "…"
        )
        self.query_one("#batch-head", Static).update(text)

    def _show_preview(self, preview: ChangePreview | None) -> None:
        self._preview = preview
        ledger = self.query_one("#samples", Ledger)
        text = ""
        if preview is not None:
            text = self.say(
                "batch.sums",
                will_change=preview.will_change,
                same=preview.same,
                filed=preview.filed,
                refused=preview.refused,
            )
        self.query_one("#batch-sums", Static).update(text)
        lines = [] if preview is None else self._lines(preview)

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        ledger.show(len(lines), fetch)

    def _lines(self, preview: ChangePreview) -> list[Line]:
        return [
            Line(
                record.id,
                tuple(
                    drawable(text, self._named)
                    for text in (
                        record.code or "",
                        text_of(record.fields.get("title")),
                        text_of(record.fields.get(self._field)),
                        preview.value,
                    )
                ),
            )
            for record in preview.samples
        ]

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)
