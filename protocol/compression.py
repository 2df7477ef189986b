"""Compression of frames: one zstd stream per body, flushed at every frame.

The stream is magicless, with no content size, checksum or dictionary id. A receiver
trusts no length: it feeds the decompressor little by little and checks what came
out, because 256 bytes can give 8 MB (docs/protocol.md, Frames).
"""

from __future__ import annotations

from typing import Final

import zstandard

from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.exchange_limits import (
    FEED_BYTES,
    FRAME_PLAIN_LIMIT_BYTES,
    PREFIX_LIMIT_BYTES,
    WINDOW_LOG,
)

BEST_LEVEL: Final = 19
"""A room, and at most four streams of a hub at a time; at most 15 MB, and 10 MB
more with a prefix of 1 MiB."""
FAST_LEVEL: Final = 6
"""The other streams of a hub; at most 6 MB, and 4 MB more with a prefix."""


class FrameCompressor:
    """The sending end of one stream."""

    def __init__(self, level: int = BEST_LEVEL, prefix: bytes = b"") -> None:
        compressor = zstandard.ZstdCompressor(
            dict_data=_raw_prefix(prefix),
            compression_params=_parameters(level),
        )
        self._stream = compressor.compressobj()

    def compress(self, plain: bytes) -> bytes:
        """The bytes that let the receiver read *plain*, whole."""
        if len(plain) > FRAME_PLAIN_LIMIT_BYTES:
            message = f"a frame of {len(plain)} bytes"
            raise LocalProtocolError(message)
        first = self._stream.compress(plain)
        return first + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


class FrameDecompressor:
    """The receiving end of one stream."""

    def __init__(self, prefix: bytes = b"") -> None:
        decompressor = zstandard.ZstdDecompressor(
            dict_data=_raw_prefix(prefix),
            max_window_size=1 << WINDOW_LOG,
            format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        )
        self._stream = decompressor.decompressobj()

    def decompress(self, data: bytes, plain_length: int) -> bytes:
        """The plain text of one frame, exactly *plain_length* bytes.

        Raises:
            FrameTooLarge: *plain_length* is above the limit.
            MalformedFrame: the bytes give more, fewer or no plain text.
        """
        if plain_length > FRAME_PLAIN_LIMIT_BYTES:
            message = f"a frame that states {plain_length} bytes"
            raise FrameTooLarge(message)
        plain = bytearray()
        for start in range(0, len(data), FEED_BYTES):
            plain += self._feed(data[start : start + FEED_BYTES])
            if len(plain) > plain_length:
                message = f"a frame that states {plain_length} bytes gives more"
                raise MalformedFrame(message)
        if len(plain) != plain_length:
            message = f"a frame that states {plain_length} bytes gives {len(plain)}"
            raise MalformedFrame(message)
        return bytes(plain)

    def _feed(self, data: bytes) -> bytes:
        try:
            plain = self._stream.decompress(data)
        except zstandard.ZstdError as error:
            raise MalformedFrame(str(error)) from error
        if self._stream.eof:
            message = "the compressed stream ends inside a body"
            raise MalformedFrame(message)
        return plain


def _raw_prefix(prefix: bytes) -> zstandard.ZstdCompressionDict | None:
    """The dictionary that stands before the stream: the prefix, filled with zeros.

    Zeros go before it, up to 1 MiB, because zstd makes its tables as large as the
    dictionary: after a short one everything would be compressed badly.
    """
    if len(prefix) > PREFIX_LIMIT_BYTES:
        message = f"a prefix of {len(prefix)} bytes"
        raise LocalProtocolError(message)
    if not prefix:
        return None
    return zstandard.ZstdCompressionDict(
        prefix.rjust(PREFIX_LIMIT_BYTES, b"\0"),
        dict_type=zstandard.DICT_TYPE_RAWCONTENT,
    )


def _parameters(level: int) -> zstandard.ZstdCompressionParameters:
    common = {
        "format": zstandard.FORMAT_ZSTD1_MAGICLESS,
        "write_content_size": False,
        "write_checksum": False,
        "write_dict_id": False,
    }
    if level == BEST_LEVEL:
        return zstandard.ZstdCompressionParameters.from_level(
            level, window_log=WINDOW_LOG, hash_log=18, chain_log=21, **common
        )
    if level == FAST_LEVEL:
        return zstandard.ZstdCompressionParameters.from_level(level, **common)
    message = f"no level {level}"
    raise LocalProtocolError(message)
