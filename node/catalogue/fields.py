"""Numbers of the fields that the program itself knows by meaning.

A number never changes its meaning once it has stood in a change-set. Everything else
about a field (names, type, obligations, merge class) is data: node/catalogue/packs.
"""

from __future__ import annotations

from typing import Final

LEVEL: Final = 3
"""1 fonds · 2 volume · 3 item."""
CATEGORY: Final = 4
"""Code of the 门类, e.g. ``WS``."""
STATE: Final = 6
"""How far an item is: nothing or ``draft``, then ``filed``."""
CODE: Final = 10
TITLE: Final = 11
DOC_NO: Final = 12
CREATORS: Final = 13
DATE: Final = 14
YEAR: Final = 15
RETENTION: Final = 16
ORG: Final = 17
VOLUME_NO: Final = 18
ITEM_NO: Final = 19
PAGES: Final = 20
SECRECY: Final = 21
NOTES: Final = 41
CATALOGUE_NO: Final = 43
LEGACY_RAW: Final = 45
CORRECTIONS: Final = 46
"""What was corrected after filing, and why."""

FILED: Final = "filed"
"""Value of STATE of an item that changes only by correction."""

LEVEL_FONDS: Final = 1
LEVEL_VOLUME: Final = 2
LEVEL_ITEM: Final = 3
