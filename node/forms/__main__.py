"""Prints one order that comes on stdin: JSON in, JSON out (node/forms/apart.py).

Lines on stderr say how many pages are done; one document on stdout says what was
written, or which error kept it from being written.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

from node.errors import FormNotWritten
from node.forms.order import decode_order, encode_printed
from node.forms.slip import decode_slip
from node.forms.writing import write_forms, write_slip

_EVERY: Final = 10
"""Pages between two lines about how far it is."""
_YIELDING: Final = 5
"""The screen and the other work of the machine go before."""


def main() -> int:
    """Print; the exit status."""
    os.nice(_YIELDING)
    text = sys.stdin.read()
    said = json.loads(text)
    try:
        if "slip" in said:
            pages, undrawn = write_slip(decode_slip(said))
            told = {"pages": {"slip": pages}, "undrawn": undrawn}
            sys.stdout.write(json.dumps(told))
            return 0
        order = decode_order(text)
        printed = write_forms(
            order.path,
            order.form,
            order.say,
            parts=order.parts,
            sheet=order.sheet,
            on_page=_tell,
        )
    except FormNotWritten as error:
        sys.stdout.write(json.dumps({"error": error.code, "detail": error.detail}))
        return 1
    sys.stdout.write(json.dumps(encode_printed(printed)))
    return 0


def _tell(done: int, total: int) -> None:
    if done % _EVERY == 0 or done == total:
        line = json.dumps({"done": done, "total": total})
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
