"""What can go wrong with operators: people who decide at a hub, and their keys."""

from __future__ import annotations

from node.errors import NodeError


class OperatorNeeded(NodeError):
    """This hub has operators: a decision takes the name and passphrase of one."""

    code = "operator-needed"


class UnknownOperator(NodeError):
    """No operator of that name has a key on this machine."""

    code = "unknown-operator"

    def __init__(self, wanted: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(wanted, known)
        self.wanted = wanted
        self.known = known


class OperatorExists(NodeError):
    """There is an operator of that name; nothing was changed."""

    code = "operator-exists"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class OperatorRevoked(NodeError):
    """The operator may decide no more; what they decided before stays."""

    code = "operator-revoked"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class WrongPassphrase(NodeError):
    """The passphrase does not open the operator's key; nothing was changed."""

    code = "wrong-passphrase"

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
