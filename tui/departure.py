"""Starting an exchange from wherever one is: it goes on when the screen is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.jobs import Job, JobKind, JobState, Report
from tui.messages import CatalogueChanged

if TYPE_CHECKING:
    from tui.app import DeskApp


def start_exchange(app: DeskApp) -> Job:
    """Exchange with the hub in the background, or follow the exchange that runs."""
    present = app.jobs.get(JobKind.EXCHANGE)
    if present is not None and present.state is JobState.RUNNING:
        return present
    desk, language = app.desk, app.words.language

    async def work(report: Report) -> object:
        try:
            return await desk.exchanges.exchange(language, report)
        finally:
            for screen in app.screen_stack:
                screen.post_message(CatalogueChanged())

    return app.jobs.start(JobKind.EXCHANGE, desk.room, work)


def is_exchanging(app: DeskApp) -> bool:
    """Whether an exchange goes on."""
    job = app.jobs.get(JobKind.EXCHANGE)
    return job is not None and job.state is JobState.RUNNING
