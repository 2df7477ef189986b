"""``make bench``: the figures that the design asks for, each with what it counts.

``python -P -m bench [NAME …] [--small] [--json FILE]``. Ratios are measured side by
side in one run; bytes are counted where the link lets them out, in both directions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench.applying import bench_applying
from bench.bad_link import bench_bad_link
from bench.browsing import bench_browsing
from bench.corpus import source_name
from bench.desk import bench_desk
from bench.duplicates import bench_duplicates
from bench.exchanges import bench_exchanges
from bench.figures import Figure, print_figures
from bench.importing import bench_importing
from bench.queue import bench_queue
from bench.sharing import bench_sharing
from bench.tickets import bench_tickets
from bench.union import bench_union


@dataclass(frozen=True, slots=True)
class Load:
    """How much a bench is given to do."""

    folder: Path
    scale: float
    """1 is what the design names; small runs take a tenth."""

    def sized(self, count: int) -> int:
        """*count* at this scale, at least 1."""
        return max(1, round(count * self.scale))


Bench = Callable[[Path, Callable[[int], int]], Awaitable[list[Figure]]]

BENCHES: dict[str, tuple[str, Bench]] = {
    "exchanges": ("first sync, idle exchange, edits, start, memory", bench_exchanges),
    "bad-link": ("64 kbit/s, 300 ms, reset every 20 s", bench_bad_link),
    "applying": ("applying and searching at the hub, on one core", bench_applying),
    "browsing": ("leafing through 500,000 records", bench_browsing),
    "duplicates": ("papers that may be one, 55,000 entries", bench_duplicates),
    "desk": ("the desk in a terminal, 500,000 records", bench_desk),
    "sharing": ("an extract of 20,000 rows at another room", bench_sharing),
    "queue": ("the operator's desk in a terminal, 10,000 tickets", bench_queue),
    "tickets": ("contradictions: applying and the queue", bench_tickets),
    "union": ("nine repositories as nine offline rooms", bench_union),
    "importing": ("import of a workbook while somebody saves", bench_importing),
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -P -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--small", action="store_true", help="a tenth of each load")
    parser.add_argument("--scale", type=float, help="share of each load")
    parser.add_argument("--json", type=Path, metavar="FILE", help="figures as a file")
    found = parser.parse_args()
    unknown = set(found.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}")
    return found


async def run_all(names: list[str], scale: float) -> list[Figure]:
    """Run benches one after the other and print each when it is done."""
    every: list[Figure] = []
    for name in names:
        title, bench = BENCHES[name]
        sys.stdout.write(f"\n{name}: {title}\n")
        sys.stdout.flush()
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix=f"dangyi-bench-{name}-") as folder:
            load = Load(Path(folder), scale)
            figures = await bench(load.folder, load.sized)
        print_figures(figures, sys.stdout)
        sys.stdout.write(f"  took {time.perf_counter() - began:.0f} s\n")
        every += figures
    return every


def main() -> None:
    """Run what was asked for; the exit status says whether the benches ran."""
    asked = options()
    is_small = asked.small or os.environ.get("DANGYI_BENCH") == "small"
    scale = asked.scale or (0.1 if is_small else 1.0)
    sys.stdout.write(
        f"Dangyi bench: {source_name()}; Python {platform.python_version()},"
        f" {os.cpu_count()} cores; loads × {scale:g}\n"
    )
    figures = asyncio.run(run_all(asked.names or list(BENCHES), scale))
    missed = [figure.what for figure in figures if figure.is_reached is False]
    sys.stdout.write(f"\n{len(figures)} figures, {len(missed)} missed")
    sys.stdout.write(f": {'; '.join(missed)}\n" if missed else "\n")
    if scale != 1.0:
        sys.stdout.write("Loads were not those of the design: the aims do not hold.\n")
    if asked.json:
        document = [figure.as_json() for figure in figures]
        text = json.dumps(document, ensure_ascii=False, indent=1)
        asked.json.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
