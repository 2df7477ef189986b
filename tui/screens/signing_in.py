"""裁定员登录: asked once at a desk, before its first decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult

from node.errors import KeyMissing
from node.operator_errors import OperatorRevoked, UnknownOperator, WrongPassphrase
from tui.port.tickets import SignIn
from tui.screens.asking import Ask
from tui.widgets.form import Form
from tui.widgets.form_field import FormField
from tui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from tui.screens.desk_screen import DeskScreen
    from tui.screens.entry_questions import Questions

NAME: Final = "operator"
PASSPHRASE: Final = "passphrase"  # noqa: S105 (a field's name)
_REFUSALS: Final = (UnknownOperator, WrongPassphrase, OperatorRevoked, KeyMissing)


class SigningIn(Ask):
    """Name and passphrase; what is typed of the passphrase is not shown."""

    def __init__(self, title: str, asked: SignIn, line: str) -> None:
        super().__init__(title, (), (line,))
        self._sign_in = asked

    def body(self) -> ComposeResult:
        """Who decides, and the passphrase."""
        say = self.words.say
        name = self._sign_in.names[0] if self._sign_in.is_named else ""
        yield Form(
            [
                FormField(NAME, say("signing_in.name"), text=name),
                SecretField(PASSPHRASE, say("signing_in.passphrase")),
            ]
        )

    def first(self) -> FormField:
        """Who is known types the passphrase only."""
        return self.query_one(Form).fields[1 if self._sign_in.is_named else 0]


async def signed_in(screen: DeskScreen, questions: Questions) -> bool:
    """Whether somebody decides here who may; asks where that is not known yet."""
    tickets = screen.desk.tickets
    asked = await tickets.sign_in_needed()
    told = screen.say("signing_in.why")
    while asked is not None:
        question = SigningIn(screen.say("signing_in.title"), asked, told)
        texts = await questions.answered(question)
        if texts is None:
            return False
        try:
            await tickets.sign_in(texts[NAME].strip(), texts[PASSPHRASE])
        except _REFUSALS as error:
            told = screen.desk_app.error_text(error)
        else:
            return True
    return True
