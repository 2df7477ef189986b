"""What widgets and the work in the background tell the screen."""

from __future__ import annotations

from textual.message import Message

from tui.jobs import Job


class JobChanged(Message):
    """Work in the background moved on, ended or failed."""

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__()


class CatalogueChanged(Message):
    """Records changed: by this desk, by another process, by an exchange."""
