"""Limits of operations and change-sets (docs/protocol.md, Limits).

Each is named with its unit. A writer never goes above one, so that what was saved
can always be sealed; a reader refuses what does, before it allocates for it. The
limits of an exchange are in protocol/exchange_limits.py.
"""

from __future__ import annotations

from typing import Final

SET_OPERATIONS: Final = 200
"""Operations in one change-set."""
SET_SPAN_DOTS: Final = 200
"""Numbers from the first to the last operation of a set, both counted."""
SET_TARGET_BYTES: Final = 36 * 1024
"""Sealing closes a set when its operations, in row form, and 103 bytes for each
signature reach this size."""
SET_LIMIT_BYTES: Final = 64 * 1024
"""Body of a set of two operations or more."""
FIELD_LIMIT_BYTES: Final = 256 * 1024
"""One value of a field, in canonical form."""
SINGLE_LIMIT_BYTES: Final = 288 * 1024
"""Body of a set of one operation."""
OPERATION_LIMIT_BYTES: Final = 287 * 1024
"""One operation in row form; a body adds less than 100 bytes to it."""
HEADER_LIMIT_BYTES: Final = 16 * 1024
"""Header of a set, in signed form."""

DEPTH_LIMIT: Final = 8
"""Arrays inside arrays, the outermost counted."""
VALUE_DEPTH_LIMIT: Final = 4
"""Arrays inside arrays within one value of a field."""
UNKNOWN_DEPTH_LIMIT: Final = 5
"""Arrays inside arrays within the row of an operation of an unknown kind."""
BODY_CELLS: Final = 65_536
"""Values, list elements, names and seen dots in one body."""
REPEATED_CHARACTERS: Final = 1024 * 1024
"""Characters and bytes that marks and one-value columns of a body stand for."""
FIELD_NUMBER_LIMIT: Final = 65_535
"""Highest number of a field."""
WIDE_LIMIT_BYTES: Final = 16 * 1024
"""UTF-8 bytes of a text column that may stand in UTF-16 although that is longer."""
KIND_LIMIT: Final = 65_535
"""Highest number of a kind."""
POSITION_LIMIT: Final = 65_535
"""Highest position of a list element."""
ACTOR_NAME_LIMIT_BYTES: Final = 1024
"""UTF-8 bytes of the name of an actor."""
TEXT_LIMIT_BYTES: Final = 64 * 1024
"""UTF-8 bytes of a reason, a note, an order, a sequence or a code."""
COUNT_LIMIT: Final = 2**53 - 1
"""A number n or seq, a place, a time."""
ALIAS_RUNS: Final = 1024
"""Alias runs in the birth of a log."""
LOST_RUNS: Final = 256
"""Gaps that one header states."""
SIGNATURES: Final = 400
"""Operator signatures in one set."""

ARRAY_LIMIT: Final = 65_536
"""Elements of one array."""
