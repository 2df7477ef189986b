"""加入中心: the invitation of a hub, typed or pasted, checked while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from tui.commands import Command
from tui.messages import CatalogueChanged
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField, half_width

INVITATION: Final = "invitation"
ADDRESS: Final = "address"


class JoiningScreen(DeskScreen):
    """A room becomes one of a hub's rooms."""

    TITLE_KEY: ClassVar[str] = "joining.title"
    HELP_KEY: ClassVar[str] = "joining"

    def __init__(self) -> None:
        super().__init__()
        self._is_busy = False

    def body(self) -> ComposeResult:
        """What it is about, and two fields."""
        yield Static(self.say("joining.about"), id="joining-words", markup=False)
        invitation = FormField(
            INVITATION, self.say("joining.label.invitation"), mark="*"
        )
        invitation.hint = self.say("joining.hint.invitation")
        address = FormField(
            ADDRESS, self.say("joining.label.address"), normalise=half_width
        )
        address.hint = self.say("joining.hint.address")
        yield Form([invitation, address])

    def on_mount(self) -> None:
        """The invitation first."""
        super().on_mount()
        self.query_one(Form).field(INVITATION).focus()

    def commands(self) -> Sequence[Command]:
        """Join, or not now."""
        return (
            Command("1", "joining.join", self._start, "f2"),
            Command("0", "joining.back", self.step_back),
        )

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """Checked while it is typed."""
        event.stop()
        fault = self._fault() if event.field.text.strip() else ""
        self.tell(fault, is_fault=bool(fault))

    async def step_back(self) -> None:
        """Not while the hub is being asked."""
        if not self._is_busy:
            await super().step_back()

    def _fault(self) -> str:
        """The sentence that says what is missing; empty where nothing is."""
        texts = self.query_one(Form).texts()
        invitation = texts[INVITATION]
        slug = self.desk.joining.invitation_fault(invitation)
        if slug:
            return self.say(f"joining.fault.{slug}")
        if texts[ADDRESS].strip() or self.desk.joining.address_of(invitation):
            return ""
        return self.say("joining.fault.address")

    def _start(self) -> None:
        fault = self._fault()
        if fault:
            self.tell(fault, is_fault=True)
        elif not self._is_busy:
            self._is_busy = True
            self.tell(self.say("joining.joining"))
            self.run_worker(self._join(), group="join")

    async def _join(self) -> None:
        texts = self.query_one(Form).texts()
        try:
            await self.desk.joining.join(
                texts[INVITATION], texts[ADDRESS], self.words.language
            )
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        finally:
            self._is_busy = False
        for screen in self.app.screen_stack:
            screen.post_message(CatalogueChanged())
        await self.desk_app.go_back()
        self.desk_app.tell(self.say("joining.done"))
