"""What can go wrong with papers that may be one."""

from __future__ import annotations

from node.errors import NodeError


class DigestListDamaged(NodeError):
    """The list of what is digitised elsewhere cannot be read."""

    code = "digest-list-damaged"


class DigestListMissing(NodeError):
    """This room has no list of what is digitised elsewhere."""

    code = "digest-list-missing"


class SameFonds(NodeError):
    """Both records are of one fonds: they are decided as a duplicate, not linked."""

    code = "same-fonds"
