"""Work that goes on in the background while people use the desk.

One job of a kind at a time. A job reports how far it is; whoever shows it reads its
fields. Its work runs in a process of its own, so the screen never waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from node.catalogue.act_errors import ActBusy


class JobKind(StrEnum):
    """What is being done."""

    EXCHANGE = "exchange"
    IMPORT = "import"
    UNDO = "undo"
    REBUILD = "rebuild"
    ARRANGE = "arrange"
    CHANGE = "change"
    """One field of many records."""
    FILING = "filing"
    DECIDE = "decide"
    """Many tickets alike."""
    PRINT = "print"


class JobState(StrEnum):
    """How far it is."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """One piece of work."""

    kind: JobKind
    about: str
    """What it is about, for people: a file's name, a hub's address."""
    state: JobState = JobState.RUNNING
    done: int = 0
    total: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)
    """What else it tells on the way: bytes, seconds left."""
    result: object = None
    error: Exception | None = None
    task: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Ask it to end; what is saved stays."""
        if self.task is not None:
            self.task.cancel()


Report = Callable[[int, int, Mapping[str, object]], None]
"""Told how much is done, of how much, and other facts."""
Work = Callable[[Report], Awaitable[object]]


class Jobs:
    """What goes on now, one of a kind, and what ended last."""

    def __init__(self, changed: Callable[[Job], None]) -> None:
        self._changed = changed
        self._jobs: dict[JobKind, Job] = {}

    def get(self, kind: JobKind) -> Job | None:
        """The running or last job of that kind."""
        return self._jobs.get(kind)

    @property
    def running(self) -> list[Job]:
        """All that goes on now."""
        return [job for job in self._jobs.values() if job.state is JobState.RUNNING]

    def start(self, kind: JobKind, about: str, work: Work) -> Job:
        """Begin *work*.

        Raises:
            ActBusy: a job of this kind still runs; nothing was begun.
        """
        present = self._jobs.get(kind)
        if present is not None and present.state is JobState.RUNNING:
            raise ActBusy
        job = Job(kind, about)
        self._jobs[kind] = job
        job.task = asyncio.create_task(self._run(job, work))
        return job

    async def stop_all(self) -> None:
        """End everything and wait until it has ended."""
        tasks = [job.task for job in self.running if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, work: Work) -> None:
        def report(done: int, total: int, facts: Mapping[str, object]) -> None:
            job.done, job.total = done, total
            job.facts = {**job.facts, **facts}
            self._changed(job)

        self._changed(job)
        doing = asyncio.ensure_future(work(report))
        while not doing.done():
            try:
                await asyncio.wait({doing})
            except asyncio.CancelledError:
                doing.cancel()
        self._ended(job, doing)

    def _ended(self, job: Job, done: asyncio.Future[object]) -> None:
        """Whatever ended it, the job says how; the desk goes on."""
        if done.cancelled():
            job.state = JobState.STOPPED
        elif isinstance(error := done.exception(), Exception):
            job.error = error
            job.state = JobState.FAILED
        else:
            job.result = done.result()
            job.state = JobState.DONE
        self._changed(job)
