"""Work in the background: one job of a kind, and nobody gets another's."""

from __future__ import annotations

import asyncio

import pytest

from node.catalogue.act_errors import ActBusy
from tui.jobs import JobKind, Jobs, JobState, Report


async def test_a_second_job_of_a_kind_is_refused_and_not_answered_with_the_first() -> (
    None
):
    """Otherwise the end of the first would be told as that of the second."""
    jobs = Jobs(lambda _job: None)
    done = asyncio.Event()
    begun: list[str] = []

    async def first(_report: Report) -> object:
        begun.append("first")
        return await done.wait()

    async def second(_report: Report) -> object:
        begun.append("second")
        return None

    job = jobs.start(JobKind.CHANGE, "first", first)
    with pytest.raises(ActBusy):
        jobs.start(JobKind.CHANGE, "second", second)
    done.set()
    if job.task is not None:
        await job.task
    assert job.state is JobState.DONE
    assert begun == ["first"]
