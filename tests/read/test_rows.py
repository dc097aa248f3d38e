"""Comma-separated exports give one record a row, with line breaks inside quotes, and damage stays with its row."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import BadRecord
from stillwatch.read.raw import RawExchange, ReadOptions
from stillwatch.read.rows import header_of, split_rows

NAMES: Final = ["request_id", "text"]


class Export:
    """A format that is known by two names of columns."""

    name: Final = "export"

    def recognises(self, record: Mapping[str, object]) -> bool:
        """Whether the names are there."""
        return set(NAMES) <= set(record)

    def exchanges(self, record: Mapping[str, object], options: ReadOptions) -> Iterator[RawExchange]:
        """Never asked here."""
        raise NotImplementedError


def rows_of(data: bytes, size: int = 1 << 20, limit: int = 1 << 20) -> tuple[list[tuple[int, list[object]]], list[int]]:
    """Split a whole export; give rows with their lines, and the lines set aside."""
    notes: list[int] = []
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    rows = split_rows(chunks, NAMES, ",", limit=limit, note=lambda number, _: notes.append(number))
    return [(number, list(record.values())) for number, record, _ in rows], notes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"request_id,text\n1,x\n", (NAMES, ",")),
        (b'"request_id";"text"\r\n', (NAMES, ";")),
        (b"\n\nrequest_id\ttext\tother\n", ([*NAMES, "other"], "\t")),
        (b"request_id\n", None),
        (b"id,name\n", None),
        (b'{"request_id":1,"text":2}\n', None),
        (b'["request_id","text"]\n', None),
        (b"\xff\xfe,text\n", None),
        (b'"request_id,text\n', None),
        (b"", None),
    ],
)
def test_an_export_is_known_by_its_header(head: bytes, expected: object) -> None:
    """The names of the columns tell that a file is an export, and of which format."""
    assert header_of(head, [Export()]) == expected


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_rows_keep_their_line_numbers(size: int) -> None:
    """Quotes, commas, blank lines and line breaks inside quotes are understood."""
    data = b'request_id,text\r\n1,"a\nb ""c"", "\r\n\r\n2,\r\n3," x "\n'

    assert rows_of(data, size) == ([(2, ["1", 'a\nb "c", ']), (5, ["2", ""]), (6, ["3", " x "])], [])


@pytest.mark.parametrize("bad", [b'9,"open', b"9,a,b", b"9", b'9,"\xff"', b'9,"a"b', b"9," + b"y" * 300])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_row_does_not_cost_its_neighbours(bad: bytes, place: int) -> None:
    """An open quote, a field too many, other bytes and too much text cost their own row only."""
    good = [b"1,a", b'2,"b\nc"']
    lines = [b"request_id,text", *good[:place], bad, *good[place:]]

    rows, notes = rows_of(b"\n".join(lines), limit=200)

    assert [values[0] for _, values in rows] == ["1", "2"]
    assert notes


def test_a_header_that_names_a_column_twice_is_refused() -> None:
    """Which of two columns of one name is meant cannot be known."""
    with pytest.raises(BadRecord, match="twice"):
        list(split_rows([b"a,a\n"], ["a", "a"], ",", limit=100, note=lambda *_: None))


def test_many_open_quotes_end_the_file() -> None:
    """A file that is no CSV at all is not gone over for ever."""
    rows, notes = rows_of(b"request_id,text\n" + b'1,"x\n2,"y"z\n3,z\n' * 2_000)

    assert len(notes) < 400
    assert len(rows) < 400


@given(
    st.lists(st.tuples(st.text('a,"\n é', max_size=6), st.text('b,"\n ', max_size=6)), max_size=8),
    st.integers(1, 50),
)
def test_what_the_standard_library_writes_is_read(values: list[tuple[str, str]], size: int) -> None:
    """Rows of any text come back as they were written."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([NAMES, *values])

    rows, notes = rows_of(out.getvalue().encode(), size)

    assert [tuple(row) for _, row in rows] == values
    assert notes == []
