"""What can go wrong with bytes, split by whose fault it is.

Every class has a ``code``: a stable slug used on the wire, in the log and in
docs/operations.md. Nothing here knows a title, a colour or an exit status.
"""

from __future__ import annotations

from typing import ClassVar


class ProtocolError(Exception):
    """Something about the protocol went wrong."""

    code: ClassVar[str] = "protocol"


class LocalProtocolError(ProtocolError):
    """This program tried to make bytes that the protocol forbids: our bug."""

    code: ClassVar[str] = "local-protocol"


class RemoteProtocolError(ProtocolError):
    """The other side sent bytes that the protocol forbids."""

    code: ClassVar[str] = "remote-protocol"


class MalformedFrame(RemoteProtocolError):
    """The bytes are not what docs/protocol.md says should stand here."""

    code: ClassVar[str] = "malformed"


class NotCanonical(RemoteProtocolError):
    """The bytes decode, but encoding the result gives other bytes."""

    code: ClassVar[str] = "not-canonical"


class FrameTooLarge(RemoteProtocolError):
    """A length, count or depth is above its limit."""

    code: ClassVar[str] = "too-large"


class UnsupportedVersion(RemoteProtocolError):
    """The version or suite byte is one that this program does not speak."""

    code: ClassVar[str] = "unsupported-version"


class BadSignature(RemoteProtocolError):
    """A signature, a chain link or an authenticated message does not verify."""

    code: ClassVar[str] = "bad-signature"


class UnexpectedMessage(RemoteProtocolError):
    """The message is well formed but does not belong here in the exchange."""

    code: ClassVar[str] = "unexpected-message"


class UnknownBoxKey(RemoteProtocolError):
    """The envelope is addressed to a box key whose private part is not held."""

    code: ClassVar[str] = "unknown-box-key"


class UnknownPrefix(RemoteProtocolError):
    """A frame names a compression prefix that this side does not hold."""

    code: ClassVar[str] = "unknown-prefix"
