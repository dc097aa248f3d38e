"""A real browser shows the report as it is meant, and nothing in it comes to life."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.cli.report import render
from tests.cli.browser import CHROMIUM, Page, a_page
from tests.cli.example_findings import example_findings, nothing_found

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

WIDTHS = [400, 800, 1400]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for all looks at the report."""
    with a_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's report."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(example_findings()), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(page: Page, report: Path, width: int, scheme: str) -> None:
    """At a phone's width and at a desk's, nothing but wide tables scrolls sideways, and those in their own boxes."""
    page.open(report, width=width, scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.querySelectorAll('details')].forEach(d => d.open = true) ?? true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_comes_to_life(page: Page, report: Path) -> None:
    """No hostile name runs, no console message appears, and nothing is asked of anybody."""
    page.events.clear()
    page.open(report)
    page.evaluate("document.querySelectorAll('*').forEach(e => e.dispatchEvent(new Event('mouseover'))) ?? true")
    page.evaluate("document.getElementById('theme').click() ?? true")
    page.evaluate("localStorage.clear() ?? true")

    assert page.evaluate("document.body.dataset.harmed ?? ''") == ""
    assert page.complaints() == []
    assert [address for address in page.requests() if not address.startswith(("file:", "data:"))] == []


def test_the_policy_holds(page: Page, report: Path, tmp_path: Path) -> None:
    """If somebody smuggled a script, a style or a picture into the page, the browser would not have it."""
    smuggled = tmp_path / "smuggled.html"
    evil = (
        "<script>document.body.dataset.harmed='script'</script><p style='color:red' id='styled'>x</p>"
        "<img src='https://example.invalid/x.png' onerror=\"document.body.dataset.harmed='img'\">"
    )
    smuggled.write_text(report.read_text(encoding="utf-8").replace("</main>", f"{evil}</main>"), encoding="utf-8")
    page.events.clear()

    page.open(smuggled)

    assert page.evaluate("document.body.dataset.harmed ?? ''") == ""
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
    assert page.complaints()


def test_colours_follow_the_reader(page: Page, report: Path) -> None:
    """The page is light or dark as the system is, and the button overrides it."""
    ground = "getComputedStyle(document.body).backgroundColor"
    page.open(report, scheme="light")
    page.evaluate("localStorage.clear() ?? true")
    page.open(report, scheme="light")
    light = page.evaluate(ground)
    page.open(report, scheme="dark")
    dark = page.evaluate(ground)
    page.evaluate("document.getElementById('theme').click() ?? true")

    assert page.evaluate("document.getElementById('theme').textContent") == "Colours: light"
    assert page.evaluate(ground) == light
    assert light != dark
    page.evaluate("localStorage.clear() ?? true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(page: Page, report: Path, scheme: str) -> None:
    """Every piece of text has the contrast that WCAG 2.2 AA asks for."""
    page.open(report, scheme=scheme)
    page.evaluate("[...document.querySelectorAll('details')].forEach(d => d.open = true) ?? true")

    faint = [
        (text, front, back)
        for text, front, back in page.evaluate(_COLOURS)
        if _contrast(_channels(front), _channels(back)) < 4.5
    ]

    assert faint == []


def test_prints_unfolded(page: Page, report: Path, tmp_path: Path) -> None:
    """On paper, the accounts are there although they are folded on the screen."""
    page.open(report, width=1000, media="print")

    assert page.evaluate("document.querySelector('.members td').getBoundingClientRect().height > 0")
    assert page.evaluate("getComputedStyle(document.querySelector('.contents')).display") == "none"
    page.print_to(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_keyboards_reach_everything(page: Page, report: Path) -> None:
    """Whatever scrolls or folds can be reached without a mouse."""
    page.open(report)

    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(e => e.tabIndex === 0)")
    assert page.evaluate("[...document.querySelectorAll('a, button, summary')].every(e => e.tabIndex === 0)")


def test_an_empty_report_is_a_page_too(page: Page, tmp_path: Path) -> None:
    """A scan that found nothing has a page without errors at any width."""
    path = tmp_path / "report.html"
    path.write_text(render(nothing_found()), encoding="utf-8")
    page.events.clear()

    for width in WIDTHS:
        page.open(path, width=width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.complaints() == []


_COLOURS = """
(() => {
  const opaque = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|\\/ 0\\)$|transparent/.test(c)) return c;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = new Set(), found = [];
  for (const e of document.querySelectorAll("body *:not(svg, svg *, script, style)")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const front = getComputedStyle(e).color, back = opaque(e);
    if (seen.has(front + back)) continue;
    seen.add(front + back);
    found.push([e.textContent.trim().slice(0, 40), front, back]);
  }
  return found;
})()
"""
"""One piece of text for each pair of colours that is used."""


def _channels(colour: str) -> list[float]:
    """Read rgb(...) or color(srgb ...)."""
    numbers = [float(number) for number in re.findall(r"[\d.]+(?:e-\d+)?", colour)]
    return numbers[:3] if colour.startswith("color") else [number / 255 for number in numbers[:3]]


def _contrast(one: list[float], other: list[float]) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(channels: list[float]) -> float:
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
