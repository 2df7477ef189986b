"""What every screen of the desk has: title, body, message, commands, help, a way back.

Laws:

- Esc and ``0`` step back, and never lose text.
- A message stands always at the same place, one line above the commands.
- What a digit does, its function key does too; letters are never commands.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final, Never, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import DescendantFocus, Key
from textual.screen import Screen
from textual.widget import Widget

from tui.commands import Command
from tui.widgets.cell_lines import CellLines
from tui.widgets.command_line import CommandLine
from tui.widgets.form import Form
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Ledger
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from sync.words.catalogue import Words
    from tui.app import DeskApp
    from tui.port.desk import Desk

_OPENING_SECONDS: Final = 1.0
"""Keys typed ahead of a page wait this long for it; Esc must never wait longer."""


class DeskScreen(Screen[None]):
    """A page of the desk."""

    TITLE_KEY: ClassVar[str] = ""
    """Key of the title in the words."""
    HELP_KEY: ClassVar[str] = ""
    """Stem of the help texts of this screen (tui/words/…/help.toml)."""

    _focus_before: Widget | None = None
    """Where the keys went before digits were typed."""
    _desk_of_it: Desk | None = None

    @property
    def desk_app(self) -> DeskApp:
        """The program that this screen is part of."""
        return cast("DeskApp", self.app)

    @property
    def desk(self) -> Desk:
        """What the screen asks; it knows nothing of stores and networks.

        The desk at which it was opened: one below the practice room stays with the
        room's own.
        """
        if self._desk_of_it is None:
            self._desk_of_it = self.desk_app.desk
        return self._desk_of_it

    @property
    def words(self) -> Words:
        """The sentences of the language in use."""
        return self.desk_app.words

    def say(self, key: str, **fields: object) -> str:
        """The sentence *key*."""
        return self.words.say(key, **fields)

    def commands(self) -> Sequence[Command]:
        """What can be done here, in order; asked again by ``renew_commands``."""
        return ()

    def body(self) -> ComposeResult:
        """The widgets between the title and the message."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Title, body, message, commands."""
        yield TitleLine(self.title_text(), id="title")
        with Vertical(id="body"):
            yield from self.body()
        yield CellLines(most_lines=2, id="message")
        yield CommandLine(self.say("shell.choose"), id="commands")

    def on_mount(self) -> None:
        """Show the commands; screens that override this call it first."""
        self.renew_commands()
        self.renew_title()

    def title_text(self) -> str:
        """What the title line says of this screen."""
        return self.say(self.TITLE_KEY) if self.TITLE_KEY else ""

    def renew_title(self) -> None:
        """Draw the title line anew."""
        self.query_one("#title", TitleLine).show(
            self.title_text(), self.desk_app.place_text(), self.desk_app.jobs_text()
        )

    def renew_commands(self) -> None:
        """Offer what can be done now."""
        offered = tuple(self.commands())
        labels = {each.digits: self._label(each) for each in offered}
        self.query_one("#commands", CommandLine).set_commands(offered, labels)

    def tell(self, text: str, *, is_fault: bool = False) -> None:
        """One sentence, always at the same place; empty takes it away."""
        line = self.query_one("#message", CellLines)
        line.update(text)
        line.set_class(is_fault, "fault")

    def tell_error(self, error: Exception) -> None:
        """What went wrong and what to do, in one sentence."""
        self.tell(self.desk_app.error_text(error), is_fault=True)

    async def do(self, command: Command) -> None:
        """Do what a command stands for; errors become a sentence."""
        done = command.act()
        if inspect.isawaitable(done):
            await done

    async def keep_drafts(self) -> None:
        """Keep what was typed and not saved: the desk ends without being asked.

        Screens with a form override it. The screen may have been left already.
        """

    async def at_rest(self) -> None:
        """Wait until what the last key began is done; the keys behind it wait too.

        Screens that go on to something else by themselves override it.
        """

    async def read_in_time(self, is_read: asyncio.Event) -> None:
        """Wait until the page was read, for ``at_rest`` of one that offers by that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_OPENING_SECONDS):
                await is_read.wait()

    async def step_back(self) -> None:
        """Leave the screen. Screens that hold text ask before."""
        await self.desk_app.go_back()

    async def on_key(self, event: Key) -> None:
        """Function keys, Esc, and digits where no text field has the focus."""
        line = self.query_one("#commands", CommandLine)
        if event.key == "escape":
            event.stop()
            if not line.clear():
                await self.step_back()
            return
        for command in self.commands():
            if command.key and command.key == event.key:
                event.stop()
                if line.digits:
                    line.forget()
                    self._return_focus()
                await self._guarded(command)
                return
        if event.key == "f1":
            event.stop()
            await self.desk_app.show_help(self)
        elif event.key == "f6":
            event.stop()
            await self.desk_app.show_undo()
        elif self.focused is line and event.key in ("up", "down"):
            self._into_form(event)
        elif not isinstance(self.focused, FormField):
            self._digits(event, line)

    def forget_digits(self) -> None:
        """What was begun to be typed belongs to the page that is left."""
        self._focus_before = None
        self.query_one("#commands", CommandLine).forget()

    def _into_form(self, event: Key) -> None:
        """Behind the commands comes the first field again, before them the last."""
        fields = [field for form in self.query(Form) for field in form.fields]
        if fields:
            event.stop()
            self.forget_digits()
            fields[0 if event.key == "down" else -1].focus()

    def _digits(self, event: Key, line: CommandLine) -> None:
        character = event.character or ""
        if len(character) == 1 and character.isdecimal():
            if self.focused is not line:
                self._focus_before = self.focused
                line.focus()
            line.feed(str(int(character)))
            event.stop()
        elif (event.key == "backspace" and line.take_back()) or (
            event.key == "enter" and line.enter()
        ):
            event.stop()

    def on_form_field_overfull(self, event: FormField.Overfull) -> None:
        """Nothing is cut off in silence."""
        self.tell(self.say("shell.overfull", left_out=event.left_out), is_fault=True)

    def on_ledger_failed(self, event: Ledger.Failed) -> None:
        """Rows could not be fetched; what is on the screen stays."""
        event.stop()
        self.tell_error(event.error)

    def on_form_ended(self, event: Form.Ended) -> None:
        """Behind the last field come the commands."""
        event.stop()
        self.query_one("#commands", CommandLine).focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """While digits are typed they keep the keys, whatever is loaded meanwhile."""
        line = self.query_one("#commands", CommandLine)
        if line.digits and event.widget is not line:
            self._focus_before = event.widget
            line.focus()

    def on_command_line_emptied(self, event: CommandLine.Emptied) -> None:
        """No digits are left: the keys go where they went before."""
        event.stop()
        self._return_focus()

    async def on_command_line_chosen(self, event: CommandLine.Chosen) -> None:
        """Digits and Enter."""
        event.stop()
        self._return_focus()
        await self._guarded(event.command)

    def on_command_line_unknown(self, event: CommandLine.Unknown) -> None:
        """Digits that mean nothing here."""
        self._return_focus()
        self.tell(self.say("shell.unknown", digits=event.digits), is_fault=True)

    def _return_focus(self) -> None:
        before, self._focus_before = self._focus_before, None
        if before is not None and before.is_attached:
            before.focus()

    async def _guarded(self, command: Command) -> None:
        self.tell("")
        try:
            await self.do(command)
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    def _label(self, command: Command) -> str:
        label = command.name or self.say(command.words)
        return f"{label}({command.key.upper()})" if command.key else label

    def put_on(self, work: Callable[[], Awaitable[None]], *, group: str) -> None:
        """Begin *work* beside the screen; what of its group still goes on is ended.

        The work is handed over, not begun: what is ended before its first step has
        then never been.
        """
        self.run_worker(
            cast("Callable[[], Coroutine[None, None, Never]]", work),
            group=group,
            exclusive=True,
        )

    def focus_on(self, widget: Widget) -> None:
        """Give *widget* the keys."""
        self.set_focus(widget, scroll_visible=False)
