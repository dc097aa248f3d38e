"""Arrays, pretty-printed documents and documents in a row give their objects; damage stays with its object."""

import json
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.documents import is_documents, split_documents

RECORDS = [
    {"a": number, "text": 'x\\"{[}\n,' * number, "n": {"m": [{"k": 1}, {"k": "}]"}], "e": {}}} for number in range(6)
]
GOOD = [json.dumps({"id": number, "m": [{"r": 1}]}) for number in range(5)]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes as a stream would give them."""
    return (data[start : start + size] for start in range(0, len(data), size))


def objects_in(text: str, size: int = 1 << 20, limit: int = 1 << 20) -> tuple[list[tuple[int, str]], list[int]]:
    """Split a whole stream; give its objects with their lines, and the lines of what was set aside."""
    notes: list[int] = []
    found = split_documents(pieces(text.encode(), size), limit=limit, note=lambda line, _: notes.append(line))
    return [(line, raw.decode()) for line, raw in found], notes


LAYOUTS = {
    "one line": json.dumps(RECORDS),
    "pretty": json.dumps(RECORDS, indent=2),
    "a record a line": "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
    "a comma before": "[\n" + "\n,".join(map(json.dumps, RECORDS)) + "\n]\n",
    "arrays in lines": "".join(json.dumps(RECORDS[at : at + 2]) + "\n" for at in (0, 2, 4)),
    "in a row": "".join(map(json.dumps, RECORDS)),
    "pretty in a row": "\n".join(json.dumps(record, indent=1) for record in RECORDS),
    "crlf": json.dumps(RECORDS, indent="\t").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_objects(layout: str, size: int) -> None:
    """However an array or documents are laid out and cut into chunks, the objects and their lines are found."""
    text = LAYOUTS[layout]

    found, notes = objects_in(text, size)

    assert [json.loads(raw) for _, raw in found] == RECORDS
    assert notes == []
    for line, raw in found:
        assert raw.split("\n")[0].strip() in text.split("\n")[line - 1]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_these_layouts_are_not_taken_for_lines(layout: str) -> None:
    """The first bytes tell that records are not one a line."""
    assert is_documents(LAYOUTS[layout].encode())


@pytest.mark.parametrize(
    "head",
    [
        b'{"a":1}\n{"a":2}\n',
        b'{"a":1}',
        b'\n\n  {"a":1}\n',
        b'{"a": {"b": 1\n{"a":2}\n',
        b'{"a":1,\n{"a":2}\n',
        b'{"a":1} trailing\n{"a":2}\n',
        b"[2026-01-01 12:00] starting\n{}",
        b"id,name\n1,x\n",
        b"# A heading\n",
        b"",
    ],
)
def test_lines_are_not_taken_for_documents(head: bytes) -> None:
    """JSON Lines stay lines, also behind a damaged first line or a line of something else."""
    assert not is_documents(head)


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    "bad",
    [
        '{"a":"open',
        '{"a":{"b":1',
        "junk",
        '"text"',
        '{"a":1]}',
        "{{{{",
        "null",
        '{"a":"' + "y" * 3000 + '"}',
        '"{"a":1}',
    ],
)
def test_a_damaged_object_does_not_cost_its_neighbours(bad: str, place: int, size: int) -> None:
    """In an array of one object a line, all but the damaged one are found, and its line is noted."""
    lines = [*GOOD[:place], bad, *GOOD[place:]]

    found, notes = objects_in("[\n" + ",\n".join(lines) + "\n]", size, limit=500)

    assert [raw for _, raw in found if raw in GOOD] == GOOD
    assert place + 2 in notes


@pytest.mark.parametrize("damage", [("\n}", ""), ('"r": 1', '"r: 1'), ("]", ""), ("{\n", "{{\n")])
def test_damage_in_a_pretty_printed_array_is_kept_to_its_object(damage: tuple[str, str]) -> None:
    """Behind a broken object, reading goes on where the next one starts at the same indentation."""
    objects = [json.dumps({"id": number, "m": [{"r": 1}]}, indent=2) for number in range(5)]
    objects[2] = objects[2][::-1].replace(damage[0][::-1], damage[1][::-1], 1)[::-1]
    text = "[\n" + ",\n".join("  " + each.replace("\n", "\n  ") for each in objects) + "\n]"

    found, notes = objects_in(text)

    assert {json.loads(raw)["id"] for _, raw in found} >= {0, 1, 3, 4}
    assert len(found) == 4
    assert notes == [18]


def test_brackets_that_only_seem_to_match_swallow_nothing() -> None:
    """Where damage opens an object and other damage closes it, the objects between are still found."""
    found, notes = objects_in("[{\n" + "\n".join(GOOD) + "\n}\n]")

    assert [raw for _, raw in found] == GOOD
    assert notes == [1, 7]


def test_what_cannot_be_found_again_is_told() -> None:
    """On one long line nothing shows where the next object starts: the rest is set aside in words."""
    found, notes = objects_in("[" + ",".join([*GOOD[:2], '{"a":[1}', *GOOD[2:]]) + "]")

    assert [raw for _, raw in found] == GOOD[:2]
    assert notes == [1, 1]


def test_an_object_that_is_too_long_is_skipped() -> None:
    """On one line or over many, an object beyond the limit is noted and the next ones are found."""
    huge = {"a": ["y" * 50] * 60}
    one_line = "[" + ",".join([GOOD[0], json.dumps(huge), GOOD[1]]) + "]"
    many_lines = "[\n" + ",\n".join([GOOD[0], json.dumps(huge, indent=1), GOOD[1]]) + "\n]"

    for text in (one_line, many_lines):
        for size in (10, 1 << 20):
            found, notes = objects_in(text, size, limit=500)
            assert [raw for _, raw in found] == GOOD[:2]
            assert len(notes) == 1


def test_a_stream_that_ends_inside_an_object_says_so() -> None:
    """The last object of a file that was cut off is noted, the ones before it are given."""
    found, notes = objects_in("[" + ",".join(GOOD)[:-5])

    assert [raw for _, raw in found] == GOOD[:4]
    assert notes == [1]


def test_memory_is_bounded_by_one_object() -> None:
    """Half a gigabyte of one object is never held."""
    chunk = b'{"a":' * 200_000
    stream = (b'[{"id":1},', *(chunk for _ in range(128)), b'\n{"id":2}]')
    tracemalloc.start()

    found = list(split_documents(stream, limit=8 << 20, note=lambda *_: None))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [raw for _, raw in found] == [b'{"id":1}', b'{"id":2}']
    assert peak < 48 << 20


def test_broken_lines_do_not_take_quadratic_time() -> None:
    """Every line opens an object that never ends: the lines are still all passed in seconds."""
    broken = b'[\n{"x":\n' + b'{"a":{\n' * 300_000
    notes: list[int] = []
    begin = time.process_time()

    found = list(split_documents(pieces(broken, 1 << 20), limit=8 << 20, note=lambda line, _: notes.append(line)))

    assert time.process_time() - begin < 20
    assert len(found) + len(notes) > 290_000


@given(
    st.lists(st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b"\n", b",", b" ", b'{"a":1}', b"1"])).map(b"".join),
    st.integers(1, 9),
)
def test_how_a_stream_is_cut_changes_nothing(data: bytes, size: int) -> None:
    """Chunks of any size give the same objects and the same notes."""
    notes: list[tuple[int, str]] = []
    again: list[tuple[int, str]] = []

    whole = list(split_documents([data], limit=1000, note=lambda *note: notes.append(note)))
    cut = list(split_documents(pieces(data, size), limit=1000, note=lambda *note: again.append(note)))

    assert cut == whole
    assert again == notes
