"""An order to print, as text: from the desk to the process that prints, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from node.forms.filing import Box, FilingForm, FilingLine, Part, Printed, SpinePaper


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be printed, where to, and in which words."""

    path: Path
    form: FilingForm
    sentences: Mapping[str, str]
    """The words of the forms, by key: ``forms.title`` and the like."""
    parts: Sequence[Part]
    sheet: SpinePaper = SpinePaper.A4

    def say(self, key: str, **fields: object) -> str:
        """The sentence *key* with *fields* in it."""
        return self.sentences[key].format(**fields)


def encode_order(order: Order) -> str:
    """*order* as JSON."""
    form = asdict(order.form)
    form["made_at"] = order.form.made_at.isoformat()
    return json.dumps(
        {
            "path": str(order.path),
            "form": form,
            "sentences": dict(order.sentences),
            "parts": list(order.parts),
            "sheet": order.sheet,
        }
    )


def decode_order(text: str) -> Order:
    """The order that *text* is."""
    said = json.loads(text)
    form = said["form"]
    return Order(
        Path(said["path"]),
        FilingForm(
            **{
                **form,
                "lines": tuple(FilingLine(**each) for each in form["lines"]),
                "boxes": tuple(Box(**each) for each in form["boxes"]),
                "made_at": datetime.fromisoformat(form["made_at"]),
            }
        ),
        said["sentences"],
        tuple(Part(each) for each in said["parts"]),
        SpinePaper(said["sheet"]),
    )


def encode_printed(printed: Printed) -> dict[str, object]:
    """What was printed, for JSON."""
    return {"pages": dict(printed.pages), "undrawn": printed.undrawn}


def decode_printed(said: Mapping[str, object]) -> Printed:
    """What was printed, from JSON."""
    pages = said.get("pages")
    if not isinstance(pages, dict):
        pages = {}
    return Printed(
        {Part(name): int(count) for name, count in pages.items()},
        str(said.get("undrawn", "")),
    )
