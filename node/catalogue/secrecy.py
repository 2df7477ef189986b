"""Which values an ordinary machine may not hold (保守国家秘密法 第31条).

One stable rule, asked at the desk, at import, at sealing and at the hub. It knows no
rule pack, so that a hub with another pack judges the same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from node.catalogue.fields import LEGACY_RAW, SECRECY
from protocol.operations import Tag, Value

_LEVEL: Final = re.compile(r"绝密|机密|(?<!工作)秘密|(?<![非不无未])涉密")
_CODE: Final = re.compile(r"(?:UM|JM|MM)(?![A-Z])")
_MARKING: Final = re.compile(r"(?:绝密|机密|(?<!工作)秘密)[★☆]")


def is_secret(field: int, value: Value) -> bool:
    """Whether *value* in *field* says that the record is a state secret.

    In the field 密级 every form of 秘密, 机密 and 绝密 counts (not 工作秘密), and so do
    the codes of GB/T 7156; in any other text only the formal marking with its star,
    because a title may speak of secrets without being one.
    """
    if isinstance(value, str):
        if field != SECRECY and "★" not in value and "☆" not in value:
            return False
        text = _folded(value)
        if field == SECRECY:
            return _LEVEL.search(text) is not None or _CODE.match(text) is not None
        return _MARKING.search(text) is not None
    if isinstance(value, tuple):
        if field == LEGACY_RAW and value[:1] == (Tag.GROUP,):
            return any(_is_secret_cell(member) for member in value[1:])
        return any(is_secret(field, member) for member in value)
    return False


def _is_secret_cell(member: Value) -> bool:
    """A member of 来源原值 is (field number or heading, cell as it was)."""
    if not isinstance(member, tuple) or len(member) != 2:
        return False
    source, cell = member
    if isinstance(source, str):
        is_level = "密级" in source
        return is_secret(SECRECY if is_level else LEGACY_RAW, cell)
    return is_secret(source if isinstance(source, int) else LEGACY_RAW, cell)


def _folded(text: str) -> str:
    """NFKC in capitals without white space: 机 密 ★ is 机密★."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
