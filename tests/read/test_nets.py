"""Client addresses to nets."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.address import net_of
from stillwatch.read.nets import client_nets

ADDRESSES = st.one_of(
    st.none(),
    st.ip_addresses().map(str),
    st.lists(
        st.sampled_from(["0", "9", "10", "00", "01", "99", "100", "255", "256", "1000", "", " 1", "a"]), max_size=5
    ).map(".".join),
    st.text("0129.: \u0661f", max_size=16),
)


@given(texts=st.lists(ADDRESSES, max_size=12), cut=st.integers(0, 12))
def test_each_address_has_the_net_that_it_has_alone(texts: list[str | None], cut: int) -> None:
    """However an address is written, and whatever else is in the batch, its net is what `net_of` says."""
    addresses = pa.array(texts, type=pa.string()).slice(cut)

    nets = client_nets(addresses)

    assert nets.to_pylist() == [None if text is None else net_of(text) for text in texts[cut:]]
