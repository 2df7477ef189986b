"""改号通知单 as values, and as text to the process that prints it.

Loads nothing of what prints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

WORDS: Final = "slip."
"""What the keys of its sentences begin with."""


@dataclass(frozen=True, slots=True)
class RestampLine:
    """One paper."""

    former: str
    """The code that stands on it."""
    code: str
    """The code that it is to have."""
    title: str
    date: str = ""
    reason: str = ""
    decided: str = ""
    """Who decided and when."""


@dataclass(frozen=True, slots=True)
class RestampSlip:
    """One slip: papers of one fonds."""

    fonds: str
    fonds_name: str
    room: str
    """The room that keeps the papers."""
    lines: tuple[RestampLine, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class SlipOrder:
    """A slip that is to be printed, where to, and in which words."""

    path: Path
    slip: RestampSlip
    sentences: Mapping[str, str]

    def say(self, key: str, **fields: object) -> str:
        """The sentence *key* of forms, in the words of slips."""
        return self.sentences[f"{WORDS}{key.partition('.')[2]}"].format(**fields)


def encode_slip(order: SlipOrder) -> str:
    """*order* as JSON."""
    slip = asdict(order.slip)
    slip["made_at"] = order.slip.made_at.isoformat()
    words = {k: text for k, text in order.sentences.items() if k.startswith(WORDS)}
    return json.dumps({"path": str(order.path), "slip": slip, "sentences": words})


def decode_slip(said: Mapping[str, object]) -> SlipOrder:
    """The order whose JSON was *said*."""
    slip, sentences = said["slip"], said["sentences"]
    if not isinstance(slip, dict) or not isinstance(sentences, dict):
        raise TypeError
    lines = tuple(RestampLine(**each) for each in slip["lines"])
    made_at = datetime.fromisoformat(slip["made_at"])
    whole = RestampSlip(**{**slip, "lines": lines, "made_at": made_at})
    return SlipOrder(Path(str(said["path"])), whole, sentences)
