"""Bounded unpacking: gzip and zstd in small pieces, a bomb stopped early, a torn end used as far as it goes."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import zstandard

from stillwatch.errors import BadRecord
from stillwatch.read.raw import ReadOptions
from stillwatch.read.sources import Packing

PIECE: Final = 1 << 20
"""Bytes handed on at once."""

_ZSTD_BITE: Final = 1024
"""Packed bytes fed to zstd at once. zstd can make 32,768 bytes out of one, so this bounds a piece to 32 MiB."""
_ZSTD_WINDOW: Final = 1 << 27
"""Largest window a zstd frame may ask for: 128 MiB, what `zstd --long` writes and the command line accepts unasked."""

_BOMB: Final = "grows like a decompression bomb when unpacked: the rest of the file was not read"

Note = Callable[[str], None]
"""Told what is wrong with the packing, in words for `rejects.jsonl`."""


def unpack(packed: Iterable[bytes], packing: Packing, options: ReadOptions, note: Note) -> Iterator[bytes]:
    """Yield what the packed bytes hold; on damage, a torn end or a bomb, yield what came before and tell `note`."""
    if packing not in _UNPACKERS:
        yield from packed
        return
    eaten = made = 0
    try:
        for taken, plain in _UNPACKERS[packing](packed):
            eaten += taken
            made += len(plain)
            if plain:
                yield plain
            if made > options.expansion_grace_bytes and made > eaten * options.max_expansion:
                note(f"{_BOMB} (more than {options.max_expansion:g}-fold)")
                return
    except BadRecord as bad:
        note(bad.reason)


def _gunzip(packed: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (bytes taken, bytes made), member by member (RFC 1952, 2.2); zeros behind a member are padding."""
    member = zlib.decompressobj(wbits=31)
    begun = False
    members = 0
    for piece in packed:
        data = piece
        while data := data if begun or not members else data.lstrip(b"\0"):
            if members and not begun and not data.startswith(_GZIP):
                raise BadRecord("bytes that are not gzip follow the gzip data: they were not read")
            plain, rest = _inflate(member, data)
            yield len(data) - len(rest), plain
            data, begun = rest, not member.eof
            if member.eof:
                member, members = zlib.decompressobj(wbits=31), members + 1
    # The last member may still hold back what did not fit into its last piece.
    while begun and (plain := _inflate(member, member.unconsumed_tail)[0]):
        yield 0, plain
    if begun and not member.eof:
        raise BadRecord("truncated gzip: what could be unpacked was read")


def _inflate(member: "zlib._Decompress", data: bytes) -> tuple[bytes, bytes]:
    try:
        plain = member.decompress(data, PIECE)
    except zlib.error:
        raise BadRecord("damaged gzip: the rest of the file was not read") from None
    return plain, member.unused_data if member.eof else member.unconsumed_tail


def _unzstd(packed: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (bytes taken, bytes made), frame by frame (RFC 8878, 3.1)."""
    maker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = maker.decompressobj()
    begun = False
    for piece in packed:
        for start in range(0, len(piece), _ZSTD_BITE):
            data = piece[start : start + _ZSTD_BITE]
            while data:
                try:
                    plain = frame.decompress(data)
                except zstandard.ZstdError as error:
                    raise BadRecord(_zstd_words(error)) from None
                rest = frame.unused_data if frame.eof else b""
                yield len(data) - len(rest), plain
                data, begun = rest, not frame.eof
                if frame.eof:
                    frame = maker.decompressobj()
    if begun:
        raise BadRecord("truncated zstd: what could be unpacked was read")


def _zstd_words(error: zstandard.ZstdError) -> str:
    if "too much memory" in str(error):
        return f"zstd window above {_ZSTD_WINDOW >> 20} MiB: pack the file again without --long or --ultra"
    return "damaged zstd: the rest of the file was not read"


_GZIP: Final = b"\x1f"
_UNPACKERS: Final = {Packing.GZIP: _gunzip, Packing.ZSTD: _unzstd}
