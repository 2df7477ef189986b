"""One stream per body: small, exact, and bounded whatever arrives."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from protocol.compression import (
    BEST_LEVEL,
    FAST_LEVEL,
    FrameCompressor,
    FrameDecompressor,
)
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.exchange_limits import (
    FRAME_PLAIN_LIMIT_BYTES,
    PREFIX_LIMIT_BYTES,
    WINDOW_LOG,
)
from tests.support.real_data import REPOSITORY

levels = pytest.mark.parametrize("level", [BEST_LEVEL, FAST_LEVEL])


def noise(size: int, seed: bytes = b"") -> bytes:
    """Bytes that do not compress."""
    return hashlib.shake_256(seed).digest(size)


def hostile_stream(blocks: int, size: int = 128 * 1024) -> bytes:
    """A magicless head and *blocks* blocks of one repeated byte, 4 bytes each."""
    block = (size << 3 | 1 << 1).to_bytes(3, "little") + b"A"
    return bytes((0, (WINDOW_LOG - 10) << 3)) + block * blocks


@levels
@given(plains=st.lists(st.binary(max_size=300), max_size=6), prefix=st.binary())
def test_frames_come_out_as_they_went_in(
    level: int, plains: list[bytes], prefix: bytes
) -> None:
    compressor = FrameCompressor(level, prefix)
    decompressor = FrameDecompressor(prefix)
    for plain in plains:
        assert decompressor.decompress(compressor.compress(plain), len(plain)) == plain


@levels
@pytest.mark.parametrize("size", [0, 1, 7, 8, 36 * 1024, PREFIX_LIMIT_BYTES])
def test_a_prefix_of_any_size_serves(level: int, size: int) -> None:
    prefix = noise(size)
    compressor = FrameCompressor(level, prefix)
    decompressor = FrameDecompressor(prefix)
    plain = prefix[-3000:] + b"and something new"
    compressed = compressor.compress(plain)
    assert decompressor.decompress(compressed, len(plain)) == plain
    if size >= 3000:
        assert len(compressed) < 200


def test_a_prefix_above_its_limit_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        FrameCompressor(FAST_LEVEL, bytes(PREFIX_LIMIT_BYTES + 1))
    with pytest.raises(LocalProtocolError):
        FrameDecompressor(bytes(PREFIX_LIMIT_BYTES + 1))


def test_a_short_prefix_does_not_make_the_rest_larger() -> None:
    """zstd sizes its tables by the dictionary; ours is always filled to 1 MiB."""
    texts = [
        b"".join(b"%d of %d \n" % (k * k * 7919 % 100_003, k % 97) for k in range(n, m))
        for n, m in ((0, 3000), (3000, 23_000), (2000, 22_000))
    ]
    plain = FrameCompressor(BEST_LEVEL)
    after_prefix = FrameCompressor(BEST_LEVEL, texts[0][:500])
    without = sum(len(plain.compress(text[:250_000])) for text in texts)
    with_prefix = sum(len(after_prefix.compress(text[:250_000])) for text in texts)
    assert with_prefix <= without * 1.02


@levels
def test_a_frame_at_its_limit_passes_and_above_is_refused(level: int) -> None:
    compressor, decompressor = FrameCompressor(level), FrameDecompressor()
    for plain in (noise(FRAME_PLAIN_LIMIT_BYTES), bytes(FRAME_PLAIN_LIMIT_BYTES)):
        compressed = compressor.compress(plain)
        assert decompressor.decompress(compressed, len(plain)) == plain
    with pytest.raises(LocalProtocolError):
        compressor.compress(bytes(FRAME_PLAIN_LIMIT_BYTES + 1))
    with pytest.raises(FrameTooLarge):
        decompressor.decompress(b"", FRAME_PLAIN_LIMIT_BYTES + 1)


@pytest.mark.parametrize("claimed", [0, 1, 999, 1001, FRAME_PLAIN_LIMIT_BYTES])
def test_a_wrong_plain_length_is_refused(claimed: int) -> None:
    compressed = FrameCompressor(FAST_LEVEL).compress(noise(1000))
    with pytest.raises(MalformedFrame):
        FrameDecompressor().decompress(compressed, claimed)


def test_a_frame_that_is_cut_anywhere_is_refused() -> None:
    plain = b"the same words again and again, " * 8
    compressed = FrameCompressor().compress(plain)
    for length in range(len(compressed)):
        with pytest.raises(MalformedFrame):
            FrameDecompressor().decompress(compressed[:length], len(plain))


def test_a_changed_byte_gives_an_error_or_a_text_of_that_length() -> None:
    plain = b"the same words again and again, " * 8
    compressed = FrameCompressor().compress(plain)
    for place in range(len(compressed)):
        for change in range(1, 256, 7):
            changed = bytearray(compressed)
            changed[place] ^= change
            try:
                text = FrameDecompressor().decompress(bytes(changed), len(plain))
            except MalformedFrame:
                continue
            assert len(text) == len(plain)


@given(st.binary(max_size=400), st.integers(0, 2000))
def test_any_bytes_are_refused_or_bounded(data: bytes, claimed: int) -> None:
    try:
        assert len(FrameDecompressor().decompress(data, claimed)) == claimed
    except MalformedFrame:
        pass


def test_a_stream_that_ends_inside_a_body_is_refused() -> None:
    compressor = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters.from_level(
            3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False
        )
    )
    stream = compressor.compressobj()
    ended = stream.compress(b"text") + stream.flush()
    with pytest.raises(MalformedFrame):
        FrameDecompressor().decompress(ended, 4)
    with pytest.raises(MalformedFrame):
        FrameDecompressor().decompress(ended + ended, 8)


def test_a_window_above_the_limit_is_refused() -> None:
    for log in (WINDOW_LOG, WINDOW_LOG + 1):
        parameters = zstandard.ZstdCompressionParameters.from_level(
            3,
            window_log=log,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
            write_content_size=False,
        )
        stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        data = stream.compress(b"text")
        data += stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        if log == WINDOW_LOG:
            assert FrameDecompressor().decompress(data, 4) == b"text"
        else:
            with pytest.raises(MalformedFrame):
                FrameDecompressor().decompress(data, 4)


def test_a_frame_with_a_magic_number_or_a_dictionary_id_is_refused() -> None:
    for data in (
        zstandard.ZstdCompressor().compress(b"text"),
        bytes((0x03, (WINDOW_LOG - 10) << 3, 1, 2, 3, 4)) + b"\x21\0\0text",
    ):
        with pytest.raises(MalformedFrame):
            FrameDecompressor().decompress(data, 4)


def test_a_bomb_is_refused_after_its_first_bytes() -> None:
    bomb = hostile_stream(blocks=64)
    assert len(bomb) < 300
    with pytest.raises(MalformedFrame, match="gives more"):
        FrameDecompressor().decompress(bomb, 1000)


MEMORY_OF_HOSTILE_INPUT = """
from pathlib import Path
from protocol.compression import FrameDecompressor
from protocol.errors import ProtocolError
from protocol.exchange_limits import FRAME_PLAIN_LIMIT_BYTES
from tests.protocol.test_compression import hostile_stream, noise

def peak_bytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

FrameDecompressor().decompress(hostile_stream(1, 1000), 1000)
before = peak_bytes()
for data, prefix in (
    (hostile_stream(100_000), b""),
    (hostile_stream(100_000), noise(1 << 20)),
    (hostile_stream(31, 4096) + b"\\xff" * 1000, b""),
    (hostile_stream(0) + noise(300_000), b""),
):
    for claimed in (0, 1, FRAME_PLAIN_LIMIT_BYTES):
        try:
            FrameDecompressor(prefix).decompress(data, claimed)
        except ProtocolError:
            pass
        else:
            raise SystemExit("hostile input was taken")
print(peak_bytes() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
def test_hostile_input_takes_at_most_64_mib() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_HOSTILE_INPUT],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        timeout=60,
    )
    assert int(run.stdout) <= 64 * 1024 * 1024


MEMORY_OF_THE_ENCODER = """
import hashlib
from pathlib import Path
from protocol.compression import FrameCompressor

def peak_bytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

def text(n):
    lines = (b"%d %s" % (k, hashlib.md5(b"%d" % (k * n)).digest()) for k in range(1500))
    return b"".join(lines)

FrameCompressor(6).compress(text(1))
before = peak_bytes()
compressor = FrameCompressor()
for n in range(160):
    compressor.compress(text(n))
print(peak_bytes() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/status")
def test_the_best_encoder_takes_at_most_16_mb() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_THE_ENCODER],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        timeout=60,
    )
    assert int(run.stdout) <= 16_000_000


def test_there_are_two_levels() -> None:
    with pytest.raises(LocalProtocolError):
        FrameCompressor(7)
