"""The wheel that is built is whole, holds nothing else, and runs where it is put.

The top-level names are common words, so a stranger of the same name must not be able
to stand in their place.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, module_names
from tests.support.real_data import REPOSITORY

pytestmark = pytest.mark.journey


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=50
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel"]
    done = run([*build, "-d", str(folder)], REPOSITORY)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel, and nothing else of this repository."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-P", "-m", "pip", "--python", str(python), "install"]
    done = run([*pip, "--no-deps", "--no-index", "--quiet", str(wheel)], folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def equipped(installed: Path) -> Path:
    """The same environment with our libraries, but without this checkout.

    A path file inside a folder that a path file names is not read, so the checkout,
    which is on the path of this interpreter, stays out.
    """
    (site,) = (installed / "venv" / "lib").glob("python*/site-packages")
    libraries = sysconfig.get_paths()["purelib"]
    (site / "libraries.pth").write_text(f"{libraries}\n", "utf-8")
    return installed


def test_the_wheel_holds_our_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_what_is_not_code(wheel: Path) -> None:
    """Migrations, rule packs, words, type marks and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    stored = {
        str(path.relative_to(REPOSITORY))
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert stored <= names
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_in_an_empty_environment_it_imports(installed: Path) -> None:
    python = str(installed / "venv" / "bin" / "python")
    code = "import node.errors, protocol.identity as i, sync; print(i.__file__)"
    done = run([python, "-I", "-c", code], installed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))


def test_with_its_libraries_every_module_imports(equipped: Path) -> None:
    python = str(equipped / "venv" / "bin" / "python")
    code = (
        "import importlib, json, sys\n"
        "for name in json.loads(sys.argv[1]):\n"
        "    module = importlib.import_module(name)\n"
        "    if module.__file__: print(module.__file__)\n"
    )
    names = json.dumps(module_names())
    done = run([python, "-I", "-c", code, names], equipped)
    assert done.returncode == 0, done.stderr
    assert all(line.startswith(str(equipped)) for line in done.stdout.splitlines())


def test_a_foreign_file_in_the_current_folder_does_no_harm(
    equipped: Path, tmp_path: Path
) -> None:
    for name in PACKAGES:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('foreign')\n", "utf-8")
    program = str(equipped / "venv" / "bin" / "dangyi")
    done = run([program, "--help"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "foreign" not in done.stdout + done.stderr


def test_the_doctor_refuses_to_work_beside_a_foreign_package(
    equipped: Path, tmp_path: Path
) -> None:
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "__init__.py").write_text("", "utf-8")
    (site,) = (equipped / "venv" / "lib").glob("python*/site-packages")
    stranger = site / "stranger.pth"
    stranger.write_text(f"{tmp_path}\n", "utf-8")
    program = str(equipped / "venv" / "bin" / "dangyi")
    try:
        done = run([program, "doctor", "--json"], tmp_path)
    finally:
        stranger.unlink()
    assert done.returncode != 0
    assert str(tmp_path / "node") in done.stdout
