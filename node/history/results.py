"""Verdicts as the runs that travel."""

from __future__ import annotations

from collections.abc import Iterable

from node.store.port import Rows
from protocol.exchange_limits import RUNS_LIMIT
from protocol.messages import Result, Results

_AT_ONCE = RUNS_LIMIT


def results_for(
    rows: Rows, log_no: int, known: int, passing: Iterable[Result]
) -> Results | None:
    """Verdicts of the log above number *known*, and *passing* ones of this request.

    That a set was applied is told by its entry in the feed, and not a second time
    here. A room that knows more verdicts than the hub ever gave (a restored hub) hears
    them all again. None where there is nothing to say.
    """
    last = rows.verdicts.last_number(log_no)
    has_lost_some = known > last
    found = rows.verdicts.above(log_no, 0 if has_lost_some else known, _AT_ONCE)
    up_to = found[-1].number if found else last
    runs = [Result(row.seq, 1, row.verdict, row.reason) for row in found]
    runs = join_runs([*runs, *passing])[:RUNS_LIMIT]
    if not runs and not has_lost_some:
        return None
    return Results(up_to, tuple(runs))


def join_runs(results: Iterable[Result]) -> list[Result]:
    """Neighbours of one verdict and reason become one run."""
    runs: list[Result] = []
    for result in results:
        last = runs[-1] if runs else None
        if (
            last is not None
            and (last.verdict, last.reason) == (result.verdict, result.reason)
            and last.first_seq + last.count == result.first_seq
        ):
            runs[-1] = Result(
                last.first_seq, last.count + result.count, last.verdict, last.reason
            )
        else:
            runs.append(result)
    return runs
