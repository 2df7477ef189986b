"""How much memory the encoder of a body takes: run as a process of its own.

Prints the growth of the highest resident size, in bytes, over a stream at the best
level that is fed 8 MB of text in frames.
"""

from __future__ import annotations

import hashlib
import os
import sys

from bench.stations import peak_of
from protocol.compression import BEST_LEVEL, FrameCompressor

FRAME_BYTES = 36 * 1024
FRAMES = 230


def frame(number: int) -> bytes:
    """Text that does not repeat too well."""
    words = [hashlib.blake2b(b"%d %d" % (number, n)).hexdigest() for n in range(288)]
    return " ".join(words).encode()[:FRAME_BYTES]


def main() -> None:
    """Measure, and print the growth."""
    for number in range(3):
        frame(number)
    FrameCompressor(6).compress(frame(0)[:64])
    before = peak_of(os.getpid())
    compressor = FrameCompressor(BEST_LEVEL)
    for number in range(FRAMES):
        compressor.compress(frame(number))
    sys.stdout.write(f"{peak_of(os.getpid()) - before}\n")


if __name__ == "__main__":
    main()
