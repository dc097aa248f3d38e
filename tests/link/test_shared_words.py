"""Templates are found from habits of words, in any script."""

from typing import Any

import pytest

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import TokenKind
from stillwatch.link.shared_words import WordOptions, shared_words
from stillwatch.profile.traffic import fold
from tests.link.worlds import World
from tests.profile.exchanges import batch

TALK = World(seed=3).talk
ENGLISH = "you are a careful analyst who writes out every step of the hidden reasoning before the final answer is given"
CHINESE = "请你扮演一位严谨的分析师在给出最终答案之前逐步写出全部隐藏的推理过程并且保持格式一致不要省略任何步骤"


def templates(rows: list[dict[str, Any]]) -> tuple[Incidence | None, Roster]:
    """The templates of some exchanges, if there are any."""
    traffic = fold([batch([{**row, "exchange_id": f"x{i}"} for i, row in enumerate(rows)])], 32)
    roster = Roster.of(traffic, None)
    found = [one for one in shared_words(traffic, roster, WordOptions()) if one.kind is TokenKind.TEMPLATE]
    return (found[0] if found else None), roster


def users_of_the_widest(rows: list[dict[str, Any]]) -> set[str]:
    """The accounts that use the most widely used template."""
    found, roster = templates(rows)
    if found is None:
        return set()
    widest = int(found.sizes.argmax())
    return {roster.ids[code] for code in found.holders_of(widest).tolist()}


@pytest.mark.parametrize("template", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_a_template_with_slots_ties_its_users_in_any_script(template: str) -> None:
    """What stands around the slot is the same; scripts without spaces are no shelter."""
    rows = [{"account_id": f"a{i % 6}", "text": f"{template} {i} {TALK(12)}"} for i in range(30)]
    rows += [{"account_id": f"b{i % 6}", "text": TALK(40)} for i in range(30)]

    assert users_of_the_widest(rows) == {f"a{i}" for i in range(6)}


def test_a_phrase_said_once_is_talk_and_not_a_habit() -> None:
    """An account with many exchanges that used a text once does not hold it."""
    rows = [{"account_id": f"a{i % 4}", "text": f"{ENGLISH} {TALK(8)}"} for i in range(20)]
    rows += [{"account_id": "passer-by", "text": TALK(30)} for _ in range(19)] + [
        {"account_id": "passer-by", "text": ENGLISH}
    ]

    assert users_of_the_widest(rows) == {f"a{i}" for i in range(4)}


def test_a_newcomers_first_request_counts() -> None:
    """Fresh accounts of a campaign have made one request each; their habit shows from it."""
    rows = [{"account_id": f"fresh-{i}", "text": f"{ENGLISH} {TALK(8)}"} for i in range(5)]

    assert users_of_the_widest(rows) == {f"fresh-{i}" for i in range(5)}


def test_three_quarters_of_cover_traffic_do_not_hide_a_template() -> None:
    """One request in four with the template is still a habit."""
    rows = []
    for i in range(6):
        rows += [{"account_id": f"a{i}", "text": f"{ENGLISH} {TALK(8)}"} for _ in range(5)]
        rows += [{"account_id": f"a{i}", "text": TALK(30)} for _ in range(15)]

    assert users_of_the_widest(rows) == {f"a{i}" for i in range(6)}


def test_logs_of_digests_tie_equal_texts_only() -> None:
    """Where a log holds digests, equal system prompts are seen as such and templates are not claimed."""
    digest = "sha256:" + "ab" * 32
    rows = [
        {"account_id": f"a{i % 4}", "system": digest, "text": f"sha256:{i:064x}", "exchange_id": f"x{i}"}
        for i in range(16)
    ]
    traffic = fold([batch(rows)], 32)

    found = shared_words(traffic, Roster.of(traffic, None), WordOptions())

    assert {one.kind for one in found} == {TokenKind.SYSTEM_PROMPT}
    assert found[0].sizes.tolist() == [4]


def settings_of(rows: list[dict[str, Any]]) -> tuple[Incidence | None, Roster]:
    """The request parameters that accounts share, if they share any."""
    traffic = fold([batch([{**row, "exchange_id": f"x{i}"} for i, row in enumerate(rows)])], 32)
    roster = Roster.of(traffic, None)
    found = [one for one in shared_words(traffic, roster, WordOptions()) if one.kind is TokenKind.SETTINGS]
    return (found[0] if found else None), roster


COLD, WARM = '{"temperature": 0, "max_tokens": 4096}', '{"temperature": 1}'


def test_software_is_tied_by_the_parameters_it_sends_most_of_the_time() -> None:
    """Half of an account's requests make its settings; a fifth of them, or none, do not, and a neighbour's never do."""
    usual = [{"account_id": f"a{i % 4}", "request_params": COLD} for i in range(20)]
    half = [{"account_id": "half", "request_params": COLD if i % 2 else WARM} for i in range(10)]
    rarely = [{"account_id": "rarely", "request_params": None if i % 5 else COLD} for i in range(10)]
    alone = [{"account_id": "alone", "request_params": '{"top_p": 0.9}'} for _ in range(5)]

    found, roster = settings_of([*usual, *half, *rarely, *alone])

    assert found is not None
    holders = {roster.ids[code] for code in found.holders_of(0).tolist()}
    weights = {roster.ids[code]: float(found.weight[found.by_account[code]]) for code in found.holders_of(0).tolist()}
    assert len(found.tokens) == 1
    assert holders == {"a0", "a1", "a2", "a3", "half"}
    assert weights == {"a0": 1.0, "a1": 1.0, "a2": 1.0, "a3": 1.0, "half": 0.5}
    assert found.known.all()


def test_seeds_and_spelling_are_no_difference_between_softwares() -> None:
    """One tool that draws a seed for each request is one set of parameters."""
    rows = [
        {"account_id": f"a{i % 3}", "request_params": f'{{"seed": {i}, "temperature": 0, "max_tokens": 4096}}'}
        for i in range(12)
    ] + [{"account_id": "b", "request_params": COLD}]

    found, _ = settings_of(rows)

    assert found is not None
    assert found.sizes.tolist() == [4]


def test_logs_without_parameters_say_nothing_about_software() -> None:
    """Sending none is what every such log shows, so nobody is tied by it."""
    assert settings_of([{"account_id": f"a{i % 3}", "text": TALK(10)} for i in range(9)])[0] is None
