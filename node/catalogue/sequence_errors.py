"""What can go wrong with sequences of codes: who numbers, blocks, sealing."""

from __future__ import annotations

from node.errors import NodeError


class UnknownSequence(NodeError):
    """No fonds of this machine has a sequence of codes that begins so."""

    code = "unknown-sequence"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class NotTheHolder(NodeError):
    """Another machine numbers the sequence, or only the hub may say this."""

    code = "not-the-holder"

    def __init__(self, stem: str, holder: str) -> None:
        super().__init__(stem)
        self.stem = stem
        self.holder = holder or "–"
        """Name of the machine that numbers; a dash where there is none."""


class SequenceNotReady(NodeError):
    """The sequence cannot be sealed as it is; nothing was changed."""

    code = "sequence-not-ready"

    def __init__(self, stem: str, reason: str, amount: int) -> None:
        super().__init__(stem)
        self.stem = stem
        self.reason = reason
        """A slug: nothing-to-seal, codes-contested, codes-undecided, items-unfiled,
        numbers-lent, numbers-missing,
        codes-changed."""
        self.amount = amount
