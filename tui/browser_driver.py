"""Draws the desk for a browser and reads the keys that its page sends."""

from __future__ import annotations

import asyncio
import signal
from typing import cast

from textual.drivers.web_driver import WebDriver

from tui.driver import Hearer


class BrowserDriver(WebDriver):
    """The driver of a desk that a browser shows."""

    def start_application_mode(self) -> None:
        """Draw; being told to end puts everything away first."""
        super().start_application_mode()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._line_cut)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What the browser's server tells; the page was closed: put away."""
        if packet_type == "quit":
            self._app.call_later(self._line_cut)
        else:
            super().on_meta(packet_type, payload)

    def _line_cut(self) -> None:
        cast("Hearer", self._app).line_cut()
