"""Is this machine fit to keep an archive? Looks, and changes nothing.

Findings are values: a check, what was found, how bad it is, and the facts. Their
sentences are in sync/words under ``doctor.<check>.<reason>``. The top-level names of
this program are common words, so the first thing to look for is another package of
the same name.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Final

from node.clock import Clock, SystemClock
from node.home import Home
from node.store.engine import examine_engine

DISTRIBUTION: Final = "dangyi"
PACKAGES: Final = ("protocol", "node", "sync", "tui")
KEY_FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
SECRET_FILES: Final = ("machine.key", "store.key")
SECRET_FILE_BYTES: Final = 32

LEAST_FREE_BYTES: Final = 256 * 1024 * 1024
"""Below this a day's work may not fit."""
ADVISED_FREE_BYTES: Final = 2 * 1024 * 1024 * 1024

RELEASED_AT: Final = 1_767_225_600
"""2026-01-01: a clock that shows less is not set."""
CLOCK_HORIZON_SECONDS: Final = 20 * 365 * 86_400
BACKWARD_LEEWAY_SECONDS: Final = 86_400

_PLAIN_DATABASE: Final = b"SQLite format 3\0"


class Level(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


REASONS: Final[Mapping[str, Mapping[str, Level]]] = {
    "program": {"good": Level.GOOD, "not-installed": Level.WARNING},
    "packages": {"good": Level.GOOD, "foreign": Level.FAULT, "split": Level.FAULT},
    "start": {"good": Level.GOOD, "current-folder": Level.WARNING},
    "engine": {"good": Level.GOOD, "unfit": Level.FAULT},
    "language": {"good": Level.GOOD, "not-utf8": Level.WARNING},
    "clock": {
        "good": Level.GOOD,
        "unset": Level.WARNING,
        "far": Level.WARNING,
        "backward": Level.WARNING,
    },
    "home": {
        "good": Level.GOOD,
        "absent": Level.WARNING,
        "plain": Level.FAULT,
        "foreign-owner": Level.FAULT,
        "unwritable": Level.FAULT,
    },
    "keys": {
        "good": Level.GOOD,
        "missing": Level.FAULT,
        "damaged": Level.FAULT,
        "open": Level.FAULT,
    },
    "disk": {"good": Level.GOOD, "low": Level.WARNING, "full": Level.FAULT},
}
"""Every finding that there is, and how bad it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of the doctor."""

    check: str
    reason: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """Named values for the sentence; no secrets."""

    @property
    def level(self) -> Level:
        """How bad it is."""
        return REASONS[self.check][self.reason]


def examine(home: Path | None, clock: Clock | None = None) -> tuple[Finding, ...]:
    """Everything that can be said of this machine, and of *home* if it is given."""
    hour = clock or SystemClock()
    findings = [
        *_program(),
        *find_foreign_packages(sys.path),
        *_start(),
        *_engine(),
        *_language(),
        *_clock(hour, home),
    ]
    if home is not None:
        for check in (_home, _keys, _disk):
            findings.extend(check(Home(home)))
    return tuple(findings)


def is_fit(findings: Sequence[Finding]) -> bool:
    """Whether nothing was found that must be mended first."""
    return all(finding.level is not Level.FAULT for finding in findings)


def find_foreign_packages(
    search_path: Sequence[str],
    distributions: Callable[[], Mapping[str, list[str]]] = packages_distributions,
) -> Iterator[Finding]:
    """Look for packages of others that bear one of our names."""
    own = Path(__file__).resolve().parents[1]
    is_clean = True
    for name in PACKAGES:
        loaded = _loaded_from(name)
        if loaded is not None and loaded != own:
            is_clean = False
            yield Finding("packages", "split", {"name": name, "path": str(loaded)})
        for other in _named_elsewhere(name, search_path, own):
            is_clean = False
            yield Finding("packages", "foreign", {"name": name, "path": str(other)})
    for name, owners in distributions().items():
        for owner in set(owners) - {DISTRIBUTION}:
            if name in PACKAGES:
                is_clean = False
                yield Finding("packages", "foreign", {"name": name, "path": owner})
    if is_clean:
        yield Finding("packages", "good", {"path": str(own)})


def _loaded_from(name: str) -> Path | None:
    """The folder in which the imported package *name* lies."""
    module = sys.modules.get(name)
    origin = getattr(module, "__file__", None)
    return Path(origin).resolve().parents[1] if origin else None


def _named_elsewhere(
    name: str, search_path: Sequence[str], own: Path
) -> Iterator[Path]:
    for entry in search_path:
        folder = Path(entry or ".").resolve()
        if folder == own:
            continue
        for candidate in (folder / name / "__init__.py", folder / f"{name}.py"):
            if candidate.is_file():
                yield candidate


def _program() -> Iterator[Finding]:
    facts: dict[str, str | int] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    try:
        yield Finding("program", "good", {**facts, "version": version(DISTRIBUTION)})
    except PackageNotFoundError:
        yield Finding("program", "not-installed", facts)


def _start() -> Iterator[Finding]:
    """Python puts the current folder first when it is started by ``-m`` alone."""
    first = sys.path[0] if sys.path else ""
    own = Path(__file__).resolve().parents[1]
    here = Path.cwd()
    is_current = first == "" or Path(first).resolve() == here
    if is_current and here != own and not sys.flags.safe_path:
        yield Finding("start", "current-folder", {"path": str(here)})
    else:
        yield Finding("start", "good", {"path": str(own)})


def _engine() -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="dangyi-doctor-") as folder:
        report = examine_engine(Path(folder))
    facts: dict[str, str | int] = {
        "sqlite": report.sqlite_version,
        "cipher": report.cipher_version,
    }
    yield Finding("engine", "good" if report.is_fit else "unfit", facts)


def _language() -> Iterator[Finding]:
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    is_utf8 = encoding.replace("-", "").replace("_", "") in {"utf8", "utf8sig"}
    yield Finding("language", "good" if is_utf8 else "not-utf8", {"encoding": encoding})


def _clock(clock: Clock, home: Path | None) -> Iterator[Finding]:
    now = clock.now()
    if now < RELEASED_AT:
        yield Finding("clock", "unset", {"now": now})
    elif now > RELEASED_AT + CLOCK_HORIZON_SECONDS:
        yield Finding("clock", "far", {"now": now})
    elif home is not None and _last_written(Home(home)) > now + BACKWARD_LEEWAY_SECONDS:
        facts: dict[str, str | int] = {"now": now, "written": _last_written(Home(home))}
        yield Finding("clock", "backward", facts)
    else:
        yield Finding("clock", "good", {"now": now})


def _last_written(home: Home) -> int:
    """When the database or the sidecar was written last; 0 where there is none."""
    written = [
        int(path.stat().st_mtime)
        for path in (home.database, home.sidecar)
        if path.is_file()
    ]
    return max(written, default=0)


def _home(home: Home) -> Iterator[Finding]:
    facts: dict[str, str | int] = {"path": str(home.path)}
    if not home.database.is_file():
        yield Finding("home", "absent", facts)
        return
    with home.database.open("rb") as file:
        is_plain = file.read(len(_PLAIN_DATABASE)) == _PLAIN_DATABASE
    if is_plain:
        yield Finding("home", "plain", facts)
    elif home.path.stat().st_uid != os.geteuid():
        yield Finding("home", "foreign-owner", facts)
    elif not os.access(home.path, os.W_OK | os.X_OK):
        yield Finding("home", "unwritable", facts)
    else:
        yield Finding("home", "good", facts)


def _keys(home: Home) -> Iterator[Finding]:
    if not home.keys.is_dir():
        if home.database.is_file():
            yield Finding("keys", "missing", {"path": str(home.keys)})
        return
    is_good = True
    for path, allowed in _with_modes(home):
        if stat.S_IMODE(path.stat().st_mode) & ~allowed:
            is_good = False
            yield Finding("keys", "open", {"path": str(path)})
    for name in SECRET_FILES:
        path = home.keys / name
        if not path.is_file():
            is_good = False
            yield Finding("keys", "missing", {"path": str(path)})
        elif path.stat().st_size != SECRET_FILE_BYTES:
            is_good = False
            yield Finding("keys", "damaged", {"path": str(path)})
    if is_good:
        yield Finding("keys", "good", {"path": str(home.keys)})


def _with_modes(home: Home) -> Iterator[tuple[Path, int]]:
    """The key folder and its files, each with all the rights that it may give."""
    yield home.keys, FOLDER_MODE
    for path in sorted(home.keys.iterdir()):
        yield path, FOLDER_MODE if path.is_dir() else KEY_FILE_MODE


def _disk(home: Home) -> Iterator[Finding]:
    folder = home.path
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    facts: dict[str, str | int] = {"free_bytes": free, "path": str(folder)}
    if free < LEAST_FREE_BYTES:
        yield Finding("disk", "full", facts)
    elif free < ADVISED_FREE_BYTES:
        yield Finding("disk", "low", facts)
    else:
        yield Finding("disk", "good", facts)
