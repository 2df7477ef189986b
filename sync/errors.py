"""What can go wrong between two machines, and the exit status of every error.

A class says what happened and carries typed fields; the sentence a person reads is
in sync/words under the same ``code``. Imports protocol.
"""

from __future__ import annotations

from typing import ClassVar, Final

from protocol.errors import RemoteProtocolError
from protocol.identity import printed_log


class SyncError(Exception):
    """An exchange could not do what was asked; what was saved stays saved."""

    code: ClassVar[str] = "sync"


class PeerUnreachable(SyncError):
    """Nobody answers at the address: no link, no hub, or a wrong address."""

    code: ClassVar[str] = "peer-unreachable"

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(f"{address}: {cause}")
        self.address = address
        self.cause = cause


class Interrupted(SyncError):
    """The link was cut; what arrived whole is kept, and the next try goes on there."""

    code: ClassVar[str] = "interrupted"

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(f"{address}: {cause}")
        self.address = address
        self.cause = cause


class PeerBusy(SyncError):
    """The hub has all hands full; try again after the stated time."""

    code: ClassVar[str] = "peer-busy"

    def __init__(self, address: str, wait_seconds: int) -> None:
        super().__init__(f"{address}: wait {wait_seconds} s")
        self.address = address
        self.wait_seconds = wait_seconds


class PeerRefused(SyncError):
    """The other side answered with an unsigned refusal, which proves nothing.

    It is a passing fault: nothing is deleted and nothing is given up for it.
    """

    code: ClassVar[str] = "peer-refused"

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason


class PeerMisbehaved(SyncError):
    """The other side sent bytes that the protocol forbids; none of them was kept."""

    code: ClassVar[str] = "peer-misbehaved"

    def __init__(self, address: str, cause: RemoteProtocolError) -> None:
        super().__init__(f"{address}: {cause.code}: {cause}")
        self.address = address
        self.cause_code = cause.code
        self.detail = str(cause)


class UnknownSender(SyncError):
    """Somebody who has not joined this hub sent something; it was not taken."""

    code: ClassVar[str] = "unknown-sender"

    def __init__(self, log: bytes) -> None:
        super().__init__(log.hex())
        self.log = printed_log(log)


class NotJoined(SyncError):
    """This machine has not joined a hub yet, so there is nobody to exchange with."""

    code: ClassVar[str] = "not-joined"


class AlreadyJoined(SyncError):
    """This machine belongs to a hub already."""

    code: ClassVar[str] = "already-joined"


class NothingAwaited(SyncError):
    """The room waits for no fonds that could be granted; name one."""

    code: ClassVar[str] = "nothing-awaited"

    def __init__(self, room: str) -> None:
        super().__init__(room)
        self.room = room


class NoAddress(SyncError):
    """The hub's address is not known here; give one."""

    code: ClassVar[str] = "no-address"


class NotAHub(SyncError):
    """What was asked for is a hub's work, and this machine is a room."""

    code: ClassVar[str] = "not-a-hub"


class NotARoom(SyncError):
    """What was asked for is a room's work, and this machine is a hub."""

    code: ClassVar[str] = "not-a-room"


class PracticeRoom(SyncError):
    """This is a practice room: what is kept here never leaves the machine."""

    code: ClassVar[str] = "practice-room"


class WrongHub(SyncError):
    """The answer is not signed by the hub that the invitation names."""

    code: ClassVar[str] = "wrong-hub"


class InvitationRefused(SyncError):
    """The hub does not take the invitation: used, not its own, or for other fonds."""

    code: ClassVar[str] = "invitation-refused"
    OTHER_FONDS: ClassVar[str] = "other-fonds"
    """Reason: the room has fonds, and the invitation names none of them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def told(self) -> str:
        """What the hub says of it: whether a code is known or used it does not."""
        return self.reason if self.reason == self.OTHER_FONDS else self.code


class BundleForeign(SyncError):
    """The bundle file is for another machine, or was packed for a key erased here."""

    code: ClassVar[str] = "bundle-foreign"

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class BundleDamaged(SyncError):
    """The bundle file is cut short or was changed; what stood whole in it is kept."""

    code: ClassVar[str] = "bundle-damaged"

    def __init__(self, path: str, detail: str, taken: int) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail
        self.taken = taken
        """Change-sets that were taken before the damage."""


class ReceiverNotNamed(SyncError):
    """It is not clear for which room the bundle should be written."""

    code: ClassVar[str] = "receiver-not-named"

    def __init__(self, wanted: str, found: tuple[str, ...]) -> None:
        super().__init__(wanted, found)
        self.wanted = wanted
        self.found = ", ".join(found)
        """Names that would do."""


class ReceiverUnheard(SyncError):
    """Nothing was heard from that room yet, so nobody knows what it needs."""

    code: ClassVar[str] = "receiver-unheard"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class AddressInUse(SyncError):
    """Another program listens at this address and port."""

    code: ClassVar[str] = "address-in-use"

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(f"{address}: {cause}")
        self.address = address


EXIT_OK: Final = 0
EXIT_FAULT: Final = 1
"""A fault of this program or of the machine; the log has the details."""
EXIT_USAGE: Final = 2
"""The command line itself is wrong."""
EXIT_INPUT: Final = 3
"""What was typed or given cannot be taken: the message says why."""
EXIT_PASSING: Final = 4
"""No link, a cut or a busy neighbour: the same command again goes on."""
EXIT_REFUSED: Final = 5
"""The other side, or this machine's state, does not allow it."""
EXIT_DAMAGED: Final = 6
"""Something stored does not verify, or cannot be read."""

_EXIT_BY_CODE: Final = {
    "peer-unreachable": EXIT_PASSING,
    "interrupted": EXIT_PASSING,
    "peer-busy": EXIT_PASSING,
    "peer-refused": EXIT_PASSING,
    "peer-misbehaved": EXIT_REFUSED,
    "unknown-sender": EXIT_REFUSED,
    "not-joined": EXIT_REFUSED,
    "already-joined": EXIT_REFUSED,
    "no-address": EXIT_INPUT,
    "nothing-awaited": EXIT_INPUT,
    "not-a-hub": EXIT_REFUSED,
    "not-a-room": EXIT_REFUSED,
    "practice-room": EXIT_REFUSED,
    "wrong-hub": EXIT_REFUSED,
    "invitation-refused": EXIT_REFUSED,
    "bundle-foreign": EXIT_INPUT,
    "bundle-damaged": EXIT_DAMAGED,
    "receiver-not-named": EXIT_INPUT,
    "receiver-unheard": EXIT_REFUSED,
    "unknown-agreement": EXIT_INPUT,
    "address-in-use": EXIT_REFUSED,
    "store-busy": EXIT_PASSING,
    "store-full": EXIT_PASSING,
    "store-damaged": EXIT_DAMAGED,
    "schema-too-new": EXIT_DAMAGED,
    "key-missing": EXIT_DAMAGED,
    "not-a-home": EXIT_INPUT,
    "home-exists": EXIT_REFUSED,
    "seal-busy": EXIT_PASSING,
    "sidecar-damaged": EXIT_DAMAGED,
    "incarnation-behind": EXIT_REFUSED,
    "history-damaged": EXIT_DAMAGED,
    "unknown-scope": EXIT_INPUT,
    "unknown-field": EXIT_INPUT,
    "unknown-fonds": EXIT_INPUT,
    "unknown-machine": EXIT_INPUT,
    "unknown-pack": EXIT_INPUT,
    "fonds-not-named": EXIT_INPUT,
    "fonds-exists": EXIT_REFUSED,
    "workbook-unreadable": EXIT_INPUT,
    "no-catalogue": EXIT_INPUT,
    "columns-mistaken": EXIT_INPUT,
    "unknown-refused-row": EXIT_INPUT,
    "import-busy": EXIT_PASSING,
    "same-fonds": EXIT_INPUT,
    "digest-list-damaged": EXIT_DAMAGED,
    "digest-list-missing": EXIT_REFUSED,
    "act-busy": EXIT_PASSING,
    "unknown-ticket": EXIT_INPUT,
    "stale-ticket": EXIT_REFUSED,
    "unknown-decision": EXIT_INPUT,
    "decided-at-hub": EXIT_REFUSED,
    "asked-in-room": EXIT_REFUSED,
    "ruling-not-offered": EXIT_INPUT,
    "not-your-value": EXIT_REFUSED,
    "objected-already": EXIT_REFUSED,
    "decision-gone": EXIT_REFUSED,
    "operator-needed": EXIT_REFUSED,
    "unknown-operator": EXIT_INPUT,
    "operator-exists": EXIT_REFUSED,
    "operator-revoked": EXIT_REFUSED,
    "wrong-passphrase": EXIT_INPUT,
    "filed-needs-reason": EXIT_INPUT,
    "unknown-act": EXIT_INPUT,
    "cannot-undo": EXIT_INPUT,
    "arrangement-stale": EXIT_INPUT,
    "filing-blocked": EXIT_INPUT,
    "unknown-code-rule": EXIT_INPUT,
    "unknown-sequence": EXIT_INPUT,
    "not-the-holder": EXIT_REFUSED,
    "sequence-not-ready": EXIT_REFUSED,
    "unknown-import": EXIT_INPUT,
    "form-not-written": EXIT_INPUT,
    "malformed": EXIT_INPUT,
    "unsupported-version": EXIT_REFUSED,
    "bad-signature": EXIT_DAMAGED,
    "unknown-box-key": EXIT_INPUT,
    "unknown-prefix": EXIT_PASSING,
    "unknown-record": EXIT_INPUT,
    "ambiguous-record": EXIT_INPUT,
    "secret-refused": EXIT_INPUT,
    "field-too-large": EXIT_INPUT,
    "invalid-value": EXIT_INPUT,
}


def exit_status(error: Exception) -> int:
    """The exit status of a program that ends because of *error*."""
    code = getattr(error, "code", None)
    if not isinstance(code, str):
        return EXIT_FAULT
    return _EXIT_BY_CODE.get(code, EXIT_FAULT)
