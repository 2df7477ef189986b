"""What every test may ask for: the real data beside the repository, and patience.

``DANGYI_DATA`` names the folder of real data; without it ``../shared/data`` beside
the repository is looked at, and tests that need it are skipped where it is absent.
The property runs of a check try the same examples every time, so that one commit has
one result; ``DANGYI_SOAK=1`` (``make soak``) tries new ones, for long.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.real_data import real_data_folder

settings.register_profile(
    "check",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("soak" if os.environ.get("DANGYI_SOAK") else "check")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-vectors",
        action="store_true",
        default=False,
        help="write golden vectors that do not exist yet; existing ones never change",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked realdata are skipped, with the reason, where there is none."""
    if real_data_folder() is not None:
        return
    absent = pytest.mark.skip(reason="no real data: set DANGYI_DATA to its folder")
    for item in items:
        if "realdata" in item.keywords:
            item.add_marker(absent)
