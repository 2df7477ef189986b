"""How the carriage stands, as sentences: the same on every screen that says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from node.ledger import COURIER, UNENDED, Exchange
from node.standing import ClockTrust, Standing
from sync.cli.printing import duration_text, time_text
from sync.cli.tables import size_text
from sync.words.catalogue import Words

_DAY_SECONDS: Final = 86_400
_BAR_CELLS: Final = 24


def moment_text(seconds: int, now: int, words: Words) -> str:
    """A time as people say it: today's by the hour, others with the day."""
    if not seconds:
        return ""
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC).astimezone()
        today = datetime.fromtimestamp(now, tz=UTC).astimezone()
    except (OverflowError, OSError, ValueError):
        return time_text(seconds)
    if moment.date() == today.date():
        return words.say("carriage.today", time=f"{moment:%H:%M}")
    days = (moment.date() - today.date()).days
    if days in (-1, 1):
        key = "carriage.tomorrow" if days == 1 else "carriage.yesterday"
        return words.say(key, time=f"{moment:%H:%M}")
    return f"{moment:%Y-%m-%d %H:%M}"


def pending_text(standing: Standing, now: int, words: Words) -> str:
    """What is saved here and not receipted, and since when."""
    if not standing.pending_operations:
        return words.say("carriage.pending_none")
    text = words.say(
        "carriage.pending",
        operations=standing.pending_operations,
        size=size_text(standing.pending_bytes),
        since=moment_text(standing.pending_since, now, words),
    )
    if standing.sent_sets:
        text += words.say("carriage.pending_sent", sets=standing.sent_sets)
    return text


def receipt_text(standing: Standing, now: int, words: Words) -> str:
    """What the hub has signed for last."""
    if standing.is_hub:
        return words.say("carriage.is_hub")
    if not standing.is_joined:
        return words.say("carriage.not_joined")
    if not standing.receipt_number:
        return words.say("carriage.receipt_none")
    return words.say(
        "carriage.receipt",
        number=standing.receipt_number,
        time=moment_text(standing.receipt_time, now, words),
    )


def last_text(standing: Standing, now: int, words: Words) -> str:
    """The last exchange and how it ended."""
    line = standing.last_exchange
    if line is None:
        return words.say("carriage.last_none")
    days = max(0, now - line.begun_at) // _DAY_SECONDS
    text = words.say(
        "carriage.last",
        time=moment_text(line.begun_at, now, words),
        outcome=outcome_text(line, words),
    )
    return text + (words.say("carriage.days_ago", days=days) if days > 1 else "")


def clock_text(standing: Standing, now: int, words: Words) -> str:
    """How far the own clock is to be trusted."""
    clock = standing.clock
    key = f"carriage.clock_{clock.trust}"
    if clock.trust is ClockTrust.DIFFERS and clock.ahead_seconds < 0:
        key += "_slow"
    return words.say(
        key,
        now=moment_text(now, now, words),
        time=time_text(clock.hub_time),
        difference=duration_text(abs(clock.ahead_seconds), words),
    )


def is_clock_wrong(standing: Standing) -> bool:
    """Whether somebody should look at the clock."""
    return standing.clock.trust in (ClockTrust.BEHIND, ClockTrust.DIFFERS)


def outcome_text(line: Exchange, words: Words, *, is_running: bool = False) -> str:
    """How an exchange ended, in plain words."""
    if line.outcome == UNENDED and is_running:
        return words.say("carriage.outcome.running")
    if line.carrier == COURIER:
        way = "written" if line.sent or not line.received else "read"
        return words.say(f"carriage.outcome.{way}")
    known = words.find(f"carriage.outcome.{line.outcome}")
    return known or words.say("carriage.outcome.other", code=line.outcome)


def answer_text(line: Exchange, now: int, words: Words) -> str:
    """What the hub answered in an exchange."""
    parts = [results_text(line.answer.results, words)] if line.answer.results else []
    if line.answer.receipt:
        parts.append(
            words.say(
                "carriage.answered_receipt",
                number=line.answer.receipt,
                time=moment_text(line.answer.hub_time, now, words),
            )
        )
    if line.answer.reason:
        parts.append(reason_text(line.answer.reason, words))
    if line.answer.file:
        parts.append(words.say("carriage.file", path=line.answer.file))
    return words.say("carriage.separator").join(parts) or words.say("carriage.silent")


def results_text(results: Mapping[str, int], words: Words) -> str:
    """How many change-sets came to what."""
    return words.say("carriage.separator").join(
        words.say(
            "carriage.result",
            verdict=words.find(f"verdict.{verdict}") or verdict,
            count=count,
        )
        for verdict, count in results.items()
    )


def reason_text(reason: str, words: Words) -> str:
    """What a reason slug means; the slug itself where nobody knows."""
    return words.find(f"reason.{reason}") or reason


def progress_lines(facts: Mapping[str, object], words: Words) -> tuple[str, str]:
    """How far an exchange is: what it does, then bytes and time left."""

    def number(name: str) -> int:
        found = facts.get(name)
        return found if isinstance(found, int) else 0

    stage = words.find(f"carriage.stage.{facts.get('stage', 'preparing')}")
    done = number("sent") + number("received")
    total = number("to_send") + number("to_receive")
    left = facts.get("seconds_left")
    key = "progress_sets" if number("to_receive") else "progress_up"
    first = words.say(
        f"carriage.{key}",
        stage=stage,
        sent=number("sent"),
        to_send=number("to_send"),
        received=number("received"),
        to_receive=number("to_receive"),
    )
    second = words.say(
        "carriage.progress_bytes",
        bar=_bar(done, total),
        up=size_text(number("bytes_up")),
        down=size_text(number("bytes_down")),
        rate=size_text(number("bytes_per_second")),
        left=duration_text(left if isinstance(left, int) else None, words),
    )
    return first, second


def _bar(done: int, total: int) -> str:
    filled = _BAR_CELLS * min(done, total) // total if total > 0 else 0
    return "#" * filled + "-" * (_BAR_CELLS - filled)
