"""The program on a terminal: opened, asked, ended in every way, and left clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.stations import environment
from tests.support.forks import run
from tests.support.terminal import Terminal

pytestmark = pytest.mark.journey

PROGRAM = (sys.executable, "-P", "-m", "tui")
ROOM = "科尔沁街道档案室"
BROKEN = """
import os, sys
import tui.app
from tui.screens.desk_screen import DeskScreen
class Sample(DeskScreen):
    TITLE_KEY = "settings.title"
    async def on_key(self, event):
        if event.key == "h":
            while True:
                pass
        if event.key == "x":
            raise RuntimeError("a fault of the program")
    def on_mount(self):
        super().on_mount()
        os.write(2, b"a library speaks\\n")
        self.tell("ready")
    async def keep_drafts(self):
        with open(os.environ["KEPT"], "w") as file:
            file.write("kept")
sys.modules["sample"] = sys.modules["__main__"]
tui.app.SCREENS["home"] = "sample:Sample"
from tui.main import main
sys.exit(main(sys.argv[1:]))
"""


HANGING = """
import tui.deadline
vars(tui.deadline)["ENDING_SECONDS"] = 0.3
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    home = tmp_path / "room"
    made = [*PROGRAM, "--home", str(home), "init", "--name", ROOM]
    done = run(
        [*made, "--fonds", "0001=科尔沁街道办事处"], env=environment(), timeout=50
    )
    done.check_returncode()
    return home


@contextmanager
def opened(
    *arguments: str | Path,
    program: tuple[str, ...] = PROGRAM,
    more: dict[str, str] | None = None,
    is_wide: bool = False,
    is_forked: bool = False,
) -> Iterator[Terminal]:
    """The desk, started as people start it; *is_forked*: what it does later counts."""
    command = [*program, *(str(each) for each in arguments)]
    terminal = Terminal(
        command,
        {**environment(), "PYTHONUNBUFFERED": "1", **(more or {})},
        is_wide=is_wide,
        is_forked=is_forked,
    )
    try:
        yield terminal
    finally:
        terminal.close()


def is_clean(terminal: Terminal) -> bool:
    """Whether the terminal echoes, waits for lines and shows its cursor."""
    flags = termios.tcgetattr(terminal._master)[3]
    is_calm = bool(flags & termios.ECHO) and bool(flags & termios.ICANON)
    return is_calm and not terminal.screen.cursor.hidden


def test_no_command_opens_the_desk_and_0_leaves_it(room: Path) -> None:
    with opened("--home", room) as terminal:
        terminal.until("今日工作")
        terminal.until("未上报")
        assert not is_clean(terminal)
        terminal.press("0", "enter")
        assert terminal.end() == 0
        assert is_clean(terminal)


def test_the_first_run_makes_a_room_in_the_default_folder(tmp_path: Path) -> None:
    with opened(more={"HOME": str(tmp_path)}) as terminal:
        folder = str(tmp_path / "dangyi")
        # A long path goes on in the next line.
        terminal.until(lambda text: folder in "".join(text.split()))
        terminal.press("1", "enter")
        terminal.until("您的姓名")
        for text in ("保康镇档案室", "乌兰", "０１０１", "保康镇人民政府"):
            terminal.type(text)
            terminal.press("enter")
        terminal.press("1", "enter")
        terminal.until("请核对")
        terminal.until("0101")
        terminal.press("1", "enter")
        terminal.until("新手引导")
        terminal.press("esc")
        terminal.until("今日工作")
        terminal.until("保康镇档案室 乌兰")
        terminal.press("0", "enter")
        assert terminal.end() == 0
    status = subprocess.run(
        [*PROGRAM, "status"],
        env={**environment(), "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert "保康镇档案室" in status.stdout


def test_esc_on_the_first_screen_only_says_how_to_leave(room: Path) -> None:
    with opened("--home", room, is_forked=True) as terminal:
        terminal.until("未上报")
        terminal.press("esc")
        terminal.until("打 0 再按回车")
        assert terminal.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_told_to_end_it_keeps_what_was_typed_and_leaves_the_terminal_clean(
    room: Path, tmp_path: Path, number: signal.Signals
) -> None:
    kept = tmp_path / "kept"
    program = (sys.executable, "-P", "-c", BROKEN)
    with opened("--home", room, program=program, more={"KEPT": str(kept)}) as terminal:
        terminal.until("ready")
        terminal.process.send_signal(number)
        assert terminal.end() == 128 + number
        assert is_clean(terminal)
        assert kept.read_text() == "kept"


def test_a_desk_that_hangs_ends_all_the_same_and_says_where_it_hung(
    room: Path,
) -> None:
    program = (sys.executable, "-P", "-c", HANGING + BROKEN)
    more = {"KEPT": os.devnull}
    with opened("--home", room, program=program, more=more) as terminal:
        terminal.until("ready")
        terminal.type("h")
        terminal.settle()
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 128 + signal.SIGTERM
        assert is_clean(terminal)
    assert "on_key" in (room / "desk-faults.log").read_text("utf-8")


def test_a_line_that_is_cut_ends_it_and_keeps_what_was_typed(
    room: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    program = (sys.executable, "-P", "-c", BROKEN)
    with opened("--home", room, program=program, more={"KEPT": str(kept)}) as terminal:
        terminal.until("ready")
        terminal.hang_up()
        assert terminal.process.wait(20) == 129
        assert kept.read_text() == "kept"


def test_what_libraries_print_comes_out_behind_the_screen(room: Path) -> None:
    program = (sys.executable, "-P", "-c", BROKEN)
    more = {"KEPT": os.devnull}
    with opened("--home", room, program=program, more=more) as terminal:
        terminal.until("ready")
        terminal.settle()
        assert "a library speaks" not in terminal.text
        terminal.process.send_signal(signal.SIGTERM)
        terminal.end()
        assert "a library speaks" in terminal.text


def test_a_fault_of_the_program_is_a_sentence_and_a_file(room: Path) -> None:
    program = (sys.executable, "-P", "-c", BROKEN)
    more = {"KEPT": os.devnull}
    with opened("--home", room, program=program, more=more) as terminal:
        terminal.until("ready")
        terminal.type("x")
        assert terminal.end() == 1
        assert is_clean(terminal)
        assert "工作台出了毛病" in terminal.text
        assert "Traceback" not in terminal.text
    assert "a fault of the program" in (room / "desk-faults.log").read_text("utf-8")


def test_keys_typed_while_it_opens_are_not_lost(room: Path) -> None:
    with opened("--home", room) as terminal:
        terminal.send(b"9\r")
        terminal.until("字宽")


def test_bytes_that_are_no_text_do_no_harm(room: Path) -> None:
    with opened("--home", room, is_forked=True) as terminal:
        terminal.until("未上报")
        terminal.send("同".encode("gbk") * 5 + b"\xff\x00\xc0")
        terminal.settle()
        terminal.press("9", "enter")
        terminal.until("字宽")


def test_a_terminal_that_draws_wide_is_noticed(room: Path) -> None:
    with opened("--home", room, is_wide=True, is_forked=True) as terminal:
        terminal.until("未上报")
        terminal.until("-----")
        terminal.press("9", "enter")
        terminal.until("终端答:占两格")
        assert "──" not in terminal.text


def test_settings_hold_at_once_and_the_next_time(room: Path) -> None:
    with opened("--home", room, "--as", "乌兰", is_forked=True) as terminal:
        terminal.until("未上报")
        terminal.press("9", "enter")
        terminal.until("语言")
        terminal.press("4", "enter", "2", "enter")
        terminal.until("Language")
        terminal.press("esc")
        terminal.until("Today")
        terminal.press("0", "enter")
        assert terminal.end() == 0
    with opened("--home", room, "--as", "乌兰", is_forked=True) as terminal:
        terminal.until("Today")
    with opened("--home", room, "--as", "其其格", is_forked=True) as terminal:
        terminal.until("今日工作")


def test_without_a_terminal_there_is_no_desk(room: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, "--home", str(room), *arguments],
            env=environment(),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=50,
        )

    usage = run()
    assert usage.returncode == 2
    assert "请写一个命令" in usage.stderr
    refused = run("desk")
    assert refused.returncode == 2
    assert "要在终端里打开" in refused.stderr


def test_a_terminal_that_is_not_utf8_is_refused(room: Path) -> None:
    more = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    more |= {"PYTHONIOENCODING": "gbk"}
    with opened("--home", room, more=more) as terminal:
        assert terminal.end() == 2
