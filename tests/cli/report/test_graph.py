"""The graph shows the strongest ties, always in the same way, and says how much it leaves out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.report.graph import MOST_EDGES, MOST_NODES, draw_graph
from stillwatch.facts.campaign import Link
from tests.cli.example_findings import example_findings

CAMPAIGN = example_findings().campaigns[1]


def test_draws_the_strongest_ties() -> None:
    """A large campaign is thinned out from its weakest ties on, and says so."""
    links = [Link(a=f"acct-{n:05}", b=f"acct-{n + 1:05}", bits=n / 10, reasons=("same card",)) for n in range(1_500)]
    drawn = draw_graph(replace(example_findings().campaigns[0], links=tuple(links)))

    assert drawn is not None
    assert len(drawn.nodes) <= MOST_NODES
    assert len(drawn.edges) <= MOST_EDGES
    assert drawn.strongest[0].bits == 149.9
    assert drawn.words.startswith("The 149 strongest ties of 1,500, between 150 of 2,000 accounts")


def test_a_small_campaign_is_drawn_whole() -> None:
    """Where there is room for all, all is drawn, with the reasons on every edge."""
    drawn = draw_graph(CAMPAIGN)

    assert drawn is not None
    assert len(drawn.nodes) == 46
    assert drawn.words == f"All 46 accounts and {len(CAMPAIGN.links)} ties."
    assert all("an answer of one comes back" in edge.title for edge in drawn.edges)


def test_the_same_ties_make_the_same_picture() -> None:
    """Nothing in the layout is left to chance, nor to the order of the ties."""
    assert draw_graph(CAMPAIGN) == draw_graph(replace(CAMPAIGN, links=CAMPAIGN.links[::-1]))


def test_tied_accounts_stand_close() -> None:
    """Two cliques with one tie between them are drawn apart."""
    names = [f"{side}{n}" for side in "ab" for n in range(8)]
    links = [
        Link(a=one, b=other, bits=10.0, reasons=("same card",))
        for one in names
        for other in names
        if one < other and one[0] == other[0]
    ]
    drawn = draw_graph(
        replace(CAMPAIGN, members=(), links=(*links, Link(a="a0", b="b0", bits=5.0, reasons=("hand-off",))))
    )

    assert drawn is not None
    spots = {node.title: (node.x, node.y) for node in drawn.nodes}
    distance = {
        (one, other): ((spots[one][0] - spots[other][0]) ** 2 + (spots[one][1] - spots[other][1]) ** 2) ** 0.5
        for one in names
        for other in names
        if one < other
    }
    within = [length for (one, other), length in distance.items() if one[0] == other[0]]
    between = [length for (one, other), length in distance.items() if one[0] != other[0]]
    assert sum(within) / len(within) < 0.7 * sum(between) / len(between)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0, 1e6)), max_size=40))
def test_any_ties_fit_the_picture(ties: list[tuple[int, int, float]]) -> None:
    """Loops, doubles, zero weights and lone pairs are all drawn inside the picture."""
    links = tuple(Link(a=f"a{a}", b=f"a{b}", bits=bits, reasons=("r",)) for a, b, bits in ties)

    drawn = draw_graph(replace(CAMPAIGN, links=links))

    if drawn is not None:
        assert all(0 <= node.x <= 100 and 0 <= node.y <= 100 and 0 < node.radius < 20 for node in drawn.nodes)
        assert all(0 < edge.width < 10 for edge in drawn.edges)


@pytest.mark.parametrize("place", [4])
def test_no_ties_no_picture(place: int) -> None:
    """A campaign whose ties between pairs were not kept has no graph."""
    assert draw_graph(example_findings().campaigns[place]) is None
