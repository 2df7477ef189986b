"""What can go wrong with acts: filing, corrections, batch changes, taking back."""

from __future__ import annotations

from typing import Final

from node.errors import NodeError

UNDONE: Final = "undone"
FILED_SINCE: Final = "filed-since"
"""Why an act stays that was done to items which were filed after it."""


class FiledNeedsReason(NodeError):
    """The item is filed; it changes only by a correction that has a reason."""

    code = "filed-needs-reason"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        """Code of the item; its id where it has none."""


class UnknownAct(NodeError):
    """This person has done no act of that number on this machine."""

    code = "unknown-act"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class CannotUndo(NodeError):
    """The act cannot be taken back: something stands on it, or it is taken back."""

    code = "cannot-undo"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """A slug: undone, changed-by-others, filed-since, corrected-since,
        numbers-follow."""


class ActBusy(NodeError):
    """Another act on many records is under way on this machine."""

    code = "act-busy"


class ArrangementStale(NodeError):
    """Something of the class changed since it was arranged; nothing was filed."""

    code = "arrangement-stale"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        """Code or title of the record that changed."""


class FilingBlocked(NodeError):
    """The check found what keeps the class from being filed; nothing was filed."""

    code = "filing-blocked"

    def __init__(self, rule: str, wanted: str, amount: int) -> None:
        super().__init__(rule, wanted, amount)
        self.rule = rule
        """Slug of the first finding."""
        self.wanted = wanted
        """Code or title of its record; empty where it is about the class."""
        self.amount = amount


class UnknownCodeRule(NodeError):
    """No code rule of this catalogue has that name."""

    code = "unknown-code-rule"

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known
