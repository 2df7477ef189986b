"""A page of text that is read with the arrows."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static


class Page(VerticalScroll, can_focus=True):
    """Text of any length, wrapped."""

    DEFAULT_CSS = """
    Page { height: 1fr; padding: 0 2; }
    Page > Static { width: 1fr; height: auto; }
    """

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(self._text, markup=False)

    def show(self, text: str) -> None:
        """Another text, from its beginning."""
        self._text = text
        self.query_one(Static).update(text)
        self.scroll_home(animate=False)
