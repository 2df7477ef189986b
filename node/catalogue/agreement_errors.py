"""What can go wrong with sharing agreements."""

from __future__ import annotations

from node.errors import NodeError


class UnknownAgreement(NodeError):
    """This hub has no sharing agreement of that number in force."""

    code = "unknown-agreement"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
