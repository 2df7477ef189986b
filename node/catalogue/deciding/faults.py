"""What can go wrong with decisions: nothing of them is written then."""

from __future__ import annotations

from node.errors import NodeError


class UnknownTicket(NodeError):
    """No ticket has this id."""

    code = "unknown-ticket"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class StaleTicket(NodeError):
    """The ticket is not as it was shown: somebody decided it, or wrote a value more."""

    code = "stale-ticket"

    def __init__(self, wanted: str, by: str = "", at: int = 0) -> None:
        super().__init__(wanted, by, at)
        self.wanted = wanted
        self.by = by
        """Who decided it; empty where nobody did."""
        self.at = at
        """When, by the decider's clock."""
        self.reason = "ticket-decided" if by else "ticket-changed"


class UnknownDecision(NodeError):
    """No decision has this id."""

    code = "unknown-decision"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class DecidedAtHub(NodeError):
    """This room belongs to a hub: what contradicts itself is decided there."""

    code = "decided-at-hub"


class AskedInRoom(NodeError):
    """Answers and objections are the word of a room; this machine is the hub."""

    code = "asked-in-room"


class RulingNotOffered(NodeError):
    """This ticket cannot be decided in that way."""

    code = "ruling-not-offered"

    def __init__(self, ruling: str, wanted: str) -> None:
        super().__init__(ruling, wanted)
        self.ruling = ruling
        self.wanted = wanted


class NotYourValue(NodeError):
    """The decision set no value of this room aside, so the room cannot object to it."""

    code = "not-your-value"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class ObjectedAlready(NodeError):
    """This room has objected here once already; what is decided now stands."""

    code = "objected-already"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class DecisionGone(NodeError):
    """Nothing of the decision stands any more, so there is nothing to take back."""

    code = "decision-gone"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
