"""What the statuses of an answer mean (docs/protocol.md, Transport).

All but 200 are unsigned: they prove nothing, and change nothing at a room beyond
trying again in another way.
"""

from __future__ import annotations

from typing import Final

OK: Final = 200
NOT_TAKEN: Final = 400
"""The request was broken, or broke off."""
NOT_KNOWN: Final = 403
"""The sender has not joined, or the invitation is not good."""
PREFIX_NOT_HELD: Final = 409
KEY_NOTICE: Final = 421
"""The box key is not held; the body is the signed statement of the newest one."""
BUSY: Final = 503

NOTICE_LIMIT_BYTES: Final = 1024
