"""The report is one inert, self-contained page that says all there is to say."""

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from stillwatch.cli.report import render
from stillwatch.cli.report.page import MOST_CARDS, MOST_MEMBERS
from stillwatch.facts.campaign import Campaign, Findings
from tests.cli.example_findings import HOSTILE, example_findings, nothing_found

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """What a browser would make of a page: its elements, attributes, headings and identifiers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Elements close in order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note what a person reads."""
        if not {"style", "script"} & set(self.open):
            self.words.append(data)


@cache
def example_page() -> str:
    """The page made of the example."""
    return render(example_findings())


def outline(findings: Findings) -> Outline:
    """Parse the page made of findings."""
    parsed = Outline()
    parsed.feed(example_page() if findings == example_findings() else render(findings))
    parsed.close()
    assert parsed.open == []
    return parsed


def tamed(findings: Findings) -> Findings:
    """Give every account, model and reason of the findings a harmless name, and leave the rest."""

    def harmless(campaign: Campaign) -> Campaign:
        names = {member.account_id: f"account-{place}" for place, member in enumerate(campaign.members)}
        return replace(
            campaign,
            campaign_id="sw-0",
            models=tuple("model" for _ in campaign.models),
            evidence=tuple(replace(each, examples=tuple("word" for _ in each.examples)) for each in campaign.evidence),
            reasons=tuple("reason" for _ in campaign.reasons),
            would_clear=tuple("way" for _ in campaign.would_clear),
            members=tuple(replace(member, account_id=names[member.account_id]) for member in campaign.members),
            links=tuple(replace(link, a=names[link.a], b=names[link.b], reasons=("why",)) for link in campaign.links),
        )

    return replace(findings, campaigns=tuple(map(harmless, findings.campaigns)))


def test_foreign_text_makes_no_element() -> None:
    """Hostile names make neither an element nor an attribute that harmless ones do not."""
    findings = replace(example_findings(), campaigns=example_findings().campaigns[2:3])
    hostile, harmless = outline(findings), outline(tamed(findings))

    assert "img" not in hostile.elements
    # Labels of the graph keep clear of one another, and so may differ in number with the order of names.
    assert {**hostile.elements, "text": 0} == {**harmless.elements, "text": 0}
    assert {name for _, name, _ in hostile.attributes} == {name for _, name, _ in harmless.attributes}
    assert not [name for _, name, _ in hostile.attributes if name.startswith(("on", "hx-", "style"))]


def test_foreign_text_can_be_read() -> None:
    """What is inert can still be read: every hostile account is in the page, as an escape or as itself."""
    words = " ".join(outline(example_findings()).words)

    for part in ("<img src=x onerror=", "red\\x1b[31mterminal", "user\\u202egnp.exe", "{{ 7 * 7 }}", "CORP\\alice"):
        assert part in words


def test_no_mark_reaches_the_page() -> None:
    """No control character, direction mark or line break of a foreign text is in the file."""
    page = example_page()

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", page)


def test_long_names_are_cut() -> None:
    """A name of a thousand characters fills no table."""
    words = " ".join(outline(example_findings()).words)

    assert max(map(len, re.findall("A{20,}", words))) < 60
    assert len(HOSTILE[18]) == 1_000


def test_nothing_is_loaded() -> None:
    """No element asks for anything outside the file, and the policy forbids it."""
    parsed = outline(example_findings())
    addresses = [value for _, name, value in parsed.attributes if name in {"src", "href", "action", "data", "poster"}]

    assert all(value is not None and value.startswith(("#", "data:image/svg+xml,")) for value in addresses)
    assert "url(" not in example_page().replace("url(#hatch)", "")
    assert not parsed.elements.keys() & {"iframe", "object", "embed", "form", "base"}


def test_the_policy_allows_our_own_lines_only() -> None:
    """The content security policy names the digests of the one style and the one script, and nothing else."""
    page = render(nothing_found())
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', page)
    policy = policy.replace("&#39;", "'")

    for kind in ("style", "script"):
        (text,) = re.findall(f"<{kind}>(.*?)</{kind}>", page, flags=re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_headings_are_in_order() -> None:
    """No level of headings is jumped over, and there is one title."""
    headings = outline(example_findings()).headings

    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))


def test_every_link_and_label_has_its_target() -> None:
    """Links within the page, labels and clip paths point at identifiers that are there once."""
    parsed = outline(example_findings())
    identifiers = Counter(value for _, name, value in parsed.attributes if name == "id")
    wanted = {value[1:] for _, name, value in parsed.attributes if name == "href" and value and value[0] == "#"}
    wanted |= {value for _, name, value in parsed.attributes if name == "aria-labelledby" and value}

    assert set(identifiers.values()) == {1}
    assert wanted <= identifiers.keys()


def test_says_what_was_not_seen() -> None:
    """A scan without text and accounts says so at the top, and that finding nothing proves nothing."""
    words = " ".join(" ".join(outline(nothing_found()).words).split())

    assert "No campaign found" in words
    assert "Finding nothing is not proof that nothing is there." in words
    assert "came without text" in words
    assert "No accounts table was given" in words


@pytest.mark.parametrize(
    "part",
    [
        "2,000 accounts act as one hand",
        "honest traffic of this size would show 1 such group in 10",
        "explained: one harness",
        "What would clear it",
        "Limits",
        "Set aside: alike, and honest",
        "covers 98 % of the accounts",
        "Nothing has been done to any account. A person decides.",
        "Nationality, language and geography are never evidence.",
    ],
)
def test_tells_all_there_is(part: str) -> None:
    """Evidence, chance, explanations, ways to clear it, limits, what was set aside, and the rules are on the page."""
    assert part in " ".join(" ".join(outline(example_findings()).words).split())


def test_what_is_only_watched_is_listed_apart_from_campaigns() -> None:
    """Nobody reads a heading that calls a group a campaign which is too little to look into."""
    page = example_page()
    campaigns, watched = page.index('<section id="campaigns"'), page.index('<section id="watched"')
    cards = [(found.group(1), found.start()) for found in re.finditer(r'<article class="card (\w+)"', page)]

    assert [kind for kind, place in cards if campaigns < place < watched] == ["act", "act", "review", "review"]
    assert next(kind for kind, place in cards if place > watched) == "watch"
    assert page.index('<a href="#campaigns">') < page.index('<a href="#watched">')


def test_a_large_campaign_is_cut_and_says_so() -> None:
    """Of 2,000 accounts the first are listed, and the page says where the others are."""
    findings = replace(example_findings(), campaigns=example_findings().campaigns[:1], set_aside=())
    page = render(findings)

    assert page.count('<tr><th scope="row"><code>acct-') == MOST_MEMBERS
    assert f"({MOST_MEMBERS} of 2,000, most bits first)" in page
    assert "members.parquet" in page
    assert len(page) < 400_000


def test_a_flood_of_campaigns_is_cut_and_says_so() -> None:
    """More campaigns than anybody reads are listed, and only the first are told in full."""
    one = example_findings().campaigns[4]
    page = render(replace(example_findings(), campaigns=(one,) * 300, set_aside=()))

    assert page.count("<article") == MOST_CARDS
    assert page.count('class="badge watch"') == MOST_CARDS + 300
    assert "stillwatch explain" in page


def test_an_empty_campaign_is_drawn() -> None:
    """A campaign with no evidence, members, links or timeline is a page nevertheless."""
    bare = replace(
        example_findings().campaigns[0],
        evidence=(),
        members=(),
        links=(),
        timeline=(),
        purposes=(),
        reasons=(),
        would_clear=(),
        limits=(),
        models=(),
    )

    assert "2,000 accounts act as one hand" in render(replace(example_findings(), campaigns=(bare,)))
