"""Gaps in a sequence of numbers, and how they are closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.history.sequences import Span


def gaps_in(numbers: Iterable[int], behind: int) -> list[Span]:
    """Numbers behind *behind* and below the highest that nobody has."""
    gaps: list[Span] = []
    expected = behind + 1
    for number in sorted(set(numbers)):
        if number > expected:
            gaps.append(Span(expected, number - 1))
        expected = max(expected, number + 1)
    return gaps


def moved_down(
    movable: Sequence[int], fixed: Iterable[int], behind: int
) -> list[tuple[int, int]]:
    """Where numbers go when the gaps behind *behind* are closed: (before, after).

    Their order stays; *fixed* numbers stay where they are.
    """
    taken = set(fixed)
    found = []
    target = behind
    for number in sorted(movable):
        target += 1
        while target in taken:
            target += 1
        if target != number:
            found.append((number, target))
    return found
