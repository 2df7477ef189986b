"""What one request brought to a hub, and what the hub says to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from node.history.intake import Taken
from protocol.messages import Checkpoint, Hello, Item, Result, Span, TrustList, Verdict


@dataclass(slots=True)
class Received:
    """What one request or bundle brought so far; one object per body."""

    results: list[Result] = field(default_factory=list)
    """Results that stand nowhere: duplicates and refusals of the hello's log."""
    counts: dict[Verdict, int] = field(default_factory=dict)
    """How many sets of whichever log got which verdict."""
    last_hash: bytes | None = None
    """Hash of the set before, for sets that leave prev out."""
    lists: list[TrustList] = field(default_factory=list)
    """Parts of a trust list that a room returns."""
    is_heard: bool = False
    """The hello was looked at: whether this hub is older than the room knows."""
    held: bytes = b""
    """What the room says that it has of extracts, as it came."""
    is_bundle: bool = False
    """A bundle is written, and nothing was received for it."""
    has_list: bool = False
    """The trust list that this hub had lost has come back."""

    def note(self, taken: Taken, hello: Hello) -> None:
        """Count a result; keep it for the answer where no verdict is written."""
        self.counts[taken.verdict] = self.counts.get(taken.verdict, 0) + 1
        is_passing = taken.verdict in (Verdict.DUPLICATE, Verdict.REFUSED)
        if is_passing and taken.log == hello.log:
            self.results.append(Result(taken.seq, 1, taken.verdict, taken.reason))


@dataclass(frozen=True, slots=True)
class Answer:
    """A checkpoint and what follows it."""

    checkpoint: Checkpoint
    items: AsyncIterator[Item]
    spans: tuple[Span, ...]
    """The parts of orders that the items carry, for the head of a bundle."""
    is_stale: bool
    """The hello was not newer than one heard before; it changed nothing."""
