"""The same exchange is counted once."""

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.duplicates import SeenExchanges
from tests.profile.exchanges import batch


@given(ids=st.lists(st.integers(0, 9), max_size=40), cut=st.integers(0, 40))
def test_each_exchange_passes_once_however_it_is_cut(ids: list[int], cut: int) -> None:
    """Over any number of batches the first of each id passes and the others are counted."""
    rows = [{"exchange_id": f"x{i}"} for i in ids]
    seen = SeenExchanges()

    passed = [seen.only_new(batch(part)).num_rows for part in (rows[:cut], rows[cut:]) if part]

    assert sum(passed) == len(set(ids))
    assert seen.duplicates == len(ids) - len(set(ids))


def test_the_table_grows_past_its_first_size() -> None:
    """More exchanges than the table first holds, each still once."""
    seen = SeenExchanges()
    sizes = []
    for part in range(5):
        rows = [{"exchange_id": f"{part}-{i}", "source": "s"} for i in range(15_000)]
        sizes.append(seen.only_new(batch(rows)).num_rows)

    assert sizes == [15_000] * 5
    assert seen.only_new(batch(rows)).num_rows == 0


def test_the_same_id_in_two_sources_is_two_exchanges() -> None:
    """Ids are unique within their source only."""
    seen = SeenExchanges()

    assert (
        seen.only_new(batch([{"source": "a", "exchange_id": "1"}, {"source": "b", "exchange_id": "1"}])).num_rows == 2
    )


def test_what_an_earlier_scan_read_is_not_new() -> None:
    """Remembered keys are no duplicates themselves, but whoever comes with them again is."""
    seen = SeenExchanges()
    first = batch([{"exchange_id": f"x{i}"} for i in range(100)])
    seen.remember(first.column("exchange_key").to_numpy())

    again = seen.only_new(batch([{"exchange_id": f"x{i}"} for i in range(50, 150)]))

    assert (again.num_rows, seen.duplicates) == (50, 50)
