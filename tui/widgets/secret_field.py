"""A field whose text nobody reads over a shoulder: a star for each character."""

from __future__ import annotations

from typing import Final

from tui.widgets.form_field import FormField

_SIGN: Final = "*"


class SecretField(FormField):
    """A passphrase."""

    DEFAULT_CSS = "SecretField { height: auto; width: 1fr; }"

    def _drawn(self) -> str:
        return _SIGN * len(self.editor.text)
