"""Lines are found in bounded memory, with their numbers, whatever ends or surrounds them."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.lines import split_lines, without_bom


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes as a stream would give them."""
    return (data[start : start + size] for start in range(0, len(data), size))


def lines_of(data: bytes, size: int = 1 << 20, limit: int = 1 << 20) -> tuple[list[tuple[int, bytes]], list[int]]:
    """Split a whole stream; give its lines, and the numbers of those set aside."""
    skipped: list[int] = []
    lines = list(
        split_lines(without_bom(pieces(data, size)), limit=limit, note=lambda number, _: skipped.append(number))
    )
    return lines, skipped


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\nb\n", [(1, b"a"), (2, b"b")]),
        (b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
        (b"a\nb", [(1, b"a"), (2, b"b")]),
        (b"\n\n a \n\t\r\nb", [(3, b"a"), (5, b"b")]),
        (b"\0\0\0a\n\0\0b\0\0\n\0\0", [(1, b"a"), (2, b"b")]),
        (b"a\0b\n", [(1, b"a\0b")]),
        (b"", []),
        (b"\n", []),
    ],
)
def test_lines_keep_their_numbers(data: bytes, lines: list[tuple[int, bytes]], size: int) -> None:
    """Blank lines count and are not given; line ends, blanks and NULs around a line are not part of it."""
    assert lines_of(data, size) == (lines, [])


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    """What an editor put before UTF-8 is dropped."""
    assert lines_of(b"\xef\xbb\xbf{}\n") == ([(1, b"{}")], [])


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_line_that_is_too_long_is_noted_and_its_neighbours_kept(size: int) -> None:
    """The line before and the one behind are given, with their numbers; a line of just the limit is given too."""
    data = b"a\n" + b"x" * 101 + b"\n" + b"y" * 100 + b"\nb\n" + b"z" * 101

    assert lines_of(data, size, limit=100) == ([(1, b"a"), (3, b"y" * 100), (4, b"b")], [2, 5])


@pytest.mark.parametrize("filler", [b"x", b"\0"])
def test_a_line_without_end_takes_no_memory(filler: bytes) -> None:
    """A line without end, and a hole of NULs, are passed over without being kept."""
    chunk = filler * (1 << 20)
    stream = (b"a\n", *(chunk for _ in range(128)), b'\n{"b":1}')
    skipped: list[int] = []
    tracemalloc.start()

    lines = list(split_lines(stream, limit=8 << 20, note=lambda number, _: skipped.append(number)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [line for _, line in lines] == [b"a", b'{"b":1}']
    assert skipped == ([2] if filler == b"x" else [])
    assert peak < 32 << 20


@given(data=st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\0", b" ", b"xyz"])).map(b"".join), size=st.integers(1, 9))
def test_how_a_stream_is_cut_changes_nothing(data: bytes, size: int) -> None:
    """Chunks of any size give the same lines, and they are those of the whole."""
    expected = [
        (number, line.strip(b" \t\r\n\0"))
        for number, line in enumerate(data.split(b"\n"), 1)
        if line.strip(b" \t\r\n\0")
    ]

    assert lines_of(data, size) == (expected, [])


def test_verbatim_lines_are_whole() -> None:
    """Where blanks mean something, only the line's end is taken off."""
    lines = list(split_lines([b" a \r\n\n", b"b\t"], limit=100, note=lambda *_: None, verbatim=True))

    assert lines == [(1, b" a \r"), (2, b""), (3, b"b\t")]
