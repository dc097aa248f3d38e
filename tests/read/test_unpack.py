"""Unpacking is bounded: bombs stop, torn ends give what they hold, and several members are one stream."""

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.raw import ReadOptions
from stillwatch.read.sources import Packing
from stillwatch.read.unpack import unpack

PACK: Final[dict[Packing, Callable[[bytes], bytes]]] = {Packing.GZIP: gzip.compress, Packing.ZSTD: zstandard.compress}
PACKINGS = list(PACK)
TEXT = b"".join(b"line %d of a log\n" % number for number in range(20_000))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes as a stream would give them."""
    return (data[start : start + size] for start in range(0, len(data), size))


def unpacked(data: bytes, packing: Packing, size: int = 1 << 20, **options: float) -> tuple[bytes, list[str]]:
    """Unpack a whole stream, with what was told about it."""
    notes: list[str] = []
    plain = b"".join(unpack(pieces(data, size), packing, ReadOptions(**options), notes.append))  # type: ignore[arg-type]
    return plain, notes


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("size", [1, 997, 1 << 20])
def test_members_in_a_row_are_one_stream(packing: Packing, size: int) -> None:
    """Files that were packed one by one and joined, as log rotation does, unpack to their sum."""
    data = b"".join(PACK[packing](part) for part in (b"first\n", b"", TEXT[:2000], b"last"))

    plain, notes = unpacked(data, packing, size)

    assert plain == b"first\n" + TEXT[:2000] + b"last"
    assert notes == []


def test_zeros_behind_gzip_are_padding() -> None:
    """Blocks of a tape or a disk may be filled up with zeros."""
    plain, notes = unpacked(gzip.compress(b"a") + bytes(512) + gzip.compress(b"b") + bytes(512), Packing.GZIP, 100)

    assert (plain, notes) == (b"ab", [])


def test_what_follows_gzip_and_is_none_is_told() -> None:
    """Other bytes behind gzip data are not read and not passed over in silence."""
    plain, notes = unpacked(gzip.compress(b"a") + b"trailing", Packing.GZIP)

    assert plain == b"a"
    assert notes == ["bytes that are not gzip follow the gzip data: they were not read"]


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_torn_end_gives_what_it_holds(packing: Packing) -> None:
    """A file that was cut while it was written gives its beginning, and is called truncated."""
    rng = random.Random(1)  # noqa: S311 - the same text each time
    text = b"".join(b"%d\n" % rng.getrandbits(60) for _ in range(100_000))
    data = PACK[packing](text)

    plain, notes = unpacked(data[: len(data) // 2], packing)

    assert text.startswith(plain)
    assert len(plain) > len(text) // 3
    assert [note.split(":")[0] for note in notes] == [f"truncated {packing.value}"]


@pytest.mark.parametrize("packing", PACKINGS)
def test_damage_keeps_what_came_before(packing: Packing) -> None:
    """Damage inside a file ends it, after the members that were whole."""
    second = bytearray(PACK[packing](TEXT))
    second[len(second) // 2 :] = bytes(len(second) - len(second) // 2)

    plain, notes = unpacked(PACK[packing](b"first") + bytes(second), packing)

    assert plain.startswith(b"first")
    assert len(notes) == 1
    assert packing.value in notes[0]


def test_a_wrong_checksum_is_told() -> None:
    """Bytes that unpack but do not match their checksum are used, and the damage is told."""
    data = bytearray(gzip.compress(TEXT))
    data[-8] ^= 1

    _, notes = unpacked(bytes(data), Packing.GZIP)

    assert notes == ["damaged gzip: the rest of the file was not read"]


def bomb(packing: Packing) -> bytes:
    """Pack one GiB of one byte: about 1 MB of gzip, 32 kB of zstd."""
    if packing is Packing.ZSTD:
        maker = zstandard.ZstdCompressor(level=1).compressobj()
        return b"".join(maker.compress(bytes(1 << 20)) for _ in range(1024)) + maker.flush()
    deflate = zlib.compressobj(9, wbits=31)
    block = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(9, wbits=-15)
    body = again.compress(bytes(1 << 20)) + again.flush(zlib.Z_FULL_FLUSH)
    return block + body * 1023


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_bomb_is_stopped_in_bounded_memory(packing: Packing) -> None:
    """One GiB hidden in a small file is cut off at the grace, never held, and told."""
    data = bomb(packing)
    notes: list[str] = []
    total = 0
    tracemalloc.start()

    for plain in unpack(pieces(data, 1 << 20), packing, ReadOptions(), notes.append):
        total += len(plain)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(data) < 1100 << 10
    assert 64 << 20 <= total <= 100 << 20
    assert peak < 100 << 20
    assert notes == [
        "grows like a decompression bomb when unpacked: the rest of the file was not read (more than 250-fold)"
    ]


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_repetitive_log_is_no_bomb(packing: Packing) -> None:
    """What grows strongly but stays below the grace is read whole."""
    data = PACK[packing](bytes(8 << 20))

    plain, notes = unpacked(data, packing)

    assert (len(plain), notes) == (8 << 20, [])


def test_a_huge_window_is_refused() -> None:
    """A zstd frame may not ask for more memory than it is worth."""
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=28)
    data = zstandard.ZstdCompressor(compression_params=parameters).compressobj().compress(bytes(1 << 20))

    plain, notes = unpacked(data[:100] or b"\x28\xb5\x2f\xfd\x00\x90", Packing.ZSTD)

    assert plain == b""
    assert len(notes) == 1
    assert "window" in notes[0]


@pytest.mark.parametrize("packing", PACKINGS)
@given(data=st.data())
def test_any_damage_is_survived(packing: Packing, data: st.DataObject) -> None:
    """Whatever bytes follow the magic, unpacking ends without an exception."""
    packed = bytearray(PACK[packing](TEXT[:500]))
    for _ in range(data.draw(st.integers(0, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    junk = data.draw(st.binary(max_size=20))

    plain, notes = unpacked(bytes(packed) + junk, packing, data.draw(st.sampled_from([1, 7, 1 << 20])))

    assert len(plain) <= 1 << 20
    assert len(notes) <= 1
