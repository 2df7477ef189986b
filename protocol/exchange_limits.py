"""Limits of an exchange, each with its unit in its name (docs/protocol.md, Limits).

A sender never goes above them; a receiver refuses what does, before it allocates.
"""

from __future__ import annotations

from typing import Final

FRAME_PLAIN_LIMIT_BYTES: Final = 320 * 1024
"""Plain text of one frame: the largest change-set with its item head fits."""
MESSAGE_LIMIT_BYTES: Final = 328 * 1024
"""Plain text of one envelope message: a frame that did not compress, and its head."""
PREFIX_LIMIT_BYTES: Final = 1024 * 1024
"""A compression prefix that a frame names."""
PREFIX_LIMIT_SETS: Final = 65_536
"""Change-sets that one prefix may be made of."""
WINDOW_LOG: Final = 22
"""A zstd window is at most 2**22 bytes."""
FEED_BYTES: Final = 128
"""The decompressor is fed this much between two checks of what came out."""

SCOPES_LIMIT: Final = 1024
"""Scopes in one hello, checkpoint, trust entry, certificate or bundle."""
ALIASES_LIMIT: Final = 1024
"""Earlier ids of one granted scope."""
FORKS_LIMIT: Final = 1024
"""Forks in one trust entry."""
RUNS_LIMIT: Final = 4096
"""Runs in one results item."""
TRUST_ENTRIES_LIMIT: Final = 1024
"""Entries in one trust list item; a longer list comes in several items."""
FONDS_LIMIT: Final = 256
"""Fonds in one join statement."""

NAME_LIMIT_BYTES: Final = 256
"""UTF-8 bytes of the name of a machine or a site, or of a fonds code."""
TITLE_LIMIT_BYTES: Final = 1024
"""UTF-8 bytes of a fonds title."""
REASON_LIMIT_BYTES: Final = 64
"""ASCII bytes of a verdict's reason."""
ADDRESS_LIMIT_BYTES: Final = 255
"""ASCII bytes of the address in an invitation."""

EXTRACTS_LIMIT: Final = 256
"""Extracts of which one item says what is held."""
EXTRACT_PARTS_LIMIT: Final = 8192
"""Parts of one extract."""
EXTRACT_ROWS_LIMIT: Final = 256
"""Rows in one part of an extract."""
EXTRACT_FIELDS_LIMIT: Final = 64
"""Fields that an extract shows."""
EXTRACT_CONTENT_LIMIT_BYTES: Final = 256 * 1024
"""Content of one part of an extract."""

BODY_LIMIT_BYTES: Final = 512 * 1024
"""A request body."""

COUNT_LIMIT: Final = 2**53 - 1
"""A number, place, serial or time."""
COMPARTMENT_LIMIT: Final = 255
"""The number of a compartment of a fonds."""
