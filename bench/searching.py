"""Search: substrings of one to six characters, drawn uniformly from all titles."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from random import Random  # noqa: TID251 (the same questions every time, no secret)

from bench.figures import Figure, percentile
from node.machine import Machine
from node.search.folding import fold
from node.search.query import EXACT_TOTAL, Query
from protocol.operations import Actor

LENGTHS = range(1, 7)
QUESTIONS_A_LENGTH = 100
RECALL_A_LENGTH = 12
PAGE = 20
MOST_RESULTS = 100_000
"""A word stands in other fields too, and those records are results as well."""
ACTOR = Actor("量")


def questions(titles: Sequence[str], length: int, count: int) -> list[str]:
    """Substrings of *length*, each place in any title as likely as another."""
    dice = Random(length)
    ends = []
    total = 0
    for title in titles:
        total += max(0, len(title) - length + 1)
        ends.append(total)
    drawn: list[str] = []
    while len(drawn) < count:
        place = dice.randrange(total)
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if ends[middle] <= place else (low, middle)
        start = place - (ends[low - 1] if low else 0)
        word = titles[low][start : start + length]
        if word.strip() == word and fold(word):
            drawn.append(word)
    return drawn


async def search_figures(machine: Machine, titles: Sequence[str]) -> list[Figure]:
    """Times of the first page, and whether everything was found."""
    seconds: list[float] = []
    worst: dict[int, float] = {}
    folded = [fold(title) for title in titles]
    found = wanted = 0
    await machine.catalogue.search(ACTOR, Query(words=("通知",), limit=PAGE))
    for length in LENGTHS:
        drawn = questions(titles, length, QUESTIONS_A_LENGTH)
        times = []
        for word in drawn:
            began = time.perf_counter()
            await machine.catalogue.search(ACTOR, Query(words=(word,), limit=PAGE))
            times.append(time.perf_counter() - began)
        worst[length] = percentile(times, 0.95)
        seconds += times
        for word in drawn[:RECALL_A_LENGTH]:
            held, sought = await recall_of(machine, word, folded)
            found += held
            wanted += sought
    by_length = ", ".join(f"{n}: {1000 * worst[n]:.1f}" for n in LENGTHS)
    return [
        Figure(
            f"search in {len(titles):,} records, p95",
            1000 * percentile(seconds, 0.95),
            "ms",
            at_most=50,
            counted=f"first page of {PAGE} with its total, {len(seconds)} words;"
            f" p95 by characters {by_length}",
        ),
        Figure(
            "recall of the search",
            found / wanted if wanted else 1.0,
            "",
            at_least=1.0,
            counted=f"of {wanted:,} titles that hold a word, beside a plain scan;"
            f" {RECALL_A_LENGTH} words a length, each up to {EXACT_TOTAL:,} titles",
        ),
    ]


async def recall_of(
    machine: Machine, word: str, folded: Sequence[str]
) -> tuple[int, int]:
    """How many of the titles that hold *word* the search gave, and how many do.

    A word that more than EXACT_TOTAL titles hold must be answered with that many.
    """
    needle = fold(word)
    expected = Counter(title for title in folded if needle in title)
    sought = sum(expected.values())
    most = EXACT_TOTAL if sought > EXACT_TOTAL else MOST_RESULTS
    page = await machine.catalogue.search(ACTOR, Query(words=(word,), limit=most))
    given = Counter(fold(str(one.fields.get("title", ""))) for one in page.results)
    if sought > EXACT_TOTAL:
        return min(sum(given.values()), EXACT_TOTAL), EXACT_TOTAL
    return sum((given & expected).values()), sought
