"""One call of a command: its options, its words, its paper, and whose home it is."""

from __future__ import annotations

import argparse
import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from node.home import Home
from protocol.operations import Actor
from sync.cli.parser import UsageError
from sync.cli.printing import Paper
from sync.words.catalogue import Words

HOME_VARIABLE = "DANGYI_HOME"
DEFAULT_FOLDER = "dangyi"
"""Inside the person's own folder: in sight, so that a backup of it takes it along."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a command is handed."""

    options: argparse.Namespace
    words: Words
    paper: Paper

    @property
    def home(self) -> Path:
        """The folder of the machine that the command works on.

        Raises:
            UsageError: neither --home nor DANGYI_HOME says which, and no machine
                lives in the default folder.
        """
        folder = self.desk_home
        if not (self._named_home or Home(folder).is_made):
            raise UsageError(key="usage.home")
        return folder

    @property
    def desk_home(self) -> Path:
        """The folder of the machine whose desk is opened; it may be still to make."""
        return Path(self._named_home or Path.home() / DEFAULT_FOLDER)

    @property
    def _named_home(self) -> str:
        return self.options.home or os.environ.get(HOME_VARIABLE) or ""

    @property
    def address(self) -> str | None:
        """The --address given, if one was.

        Raises:
            UsageError: it is no ``http://HOST:PORT``.
        """
        given: str | None = self.options.address
        if given is None:
            return None
        try:
            parts = urlsplit(given)
            is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
            is_usable = is_usable and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise UsageError(key="usage.address", found=given)
        return given

    @property
    def actor(self) -> Actor:
        """Who acts: --as, else the name of the account at this computer."""
        return Actor(self.options.person or _account())


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())
