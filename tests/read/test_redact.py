"""Where text ends."""

import json
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import EXCHANGE
from stillwatch.facts.purpose import Purpose
from stillwatch.read.redact import RedactOptions, Redactor
from tests.profile.exchanges import REDACTOR, batch, raw_batch

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)
PARAMS = st.dictionaries(st.text(), JSON, max_size=6)

SECRET_TEXT = "the unmistakable sentence of a customer about zebras and zithers"


def test_no_text_leaves_read() -> None:
    """Not one column of what travels on holds a word of the conversation, in any form of bytes."""
    out = batch(
        [{"text": SECRET_TEXT, "output_text": SECRET_TEXT, "system": SECRET_TEXT, "end_user_id": "jane@example.org"}]
    )

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, out.schema) as writer:
        writer.write_batch(out)
    content = sink.getvalue().to_pybytes()

    assert b"zebras" not in content
    assert b"jane" not in content
    assert out.schema == EXCHANGE


def test_another_secret_gives_other_digests() -> None:
    """Digests of one deployment cannot be compared with another's."""
    raw = raw_batch([{"text": SECRET_TEXT, "output_text": SECRET_TEXT}])

    ours, theirs = REDACTOR.redact(raw), Redactor.of(b"x" * 32).redact(raw)

    for column in ("prompt_key", "request_key", "closing_key", "account_key"):
        assert ours.column(column) != theirs.column(column)
    assert not set(ours.column("prompt_shingles")[0].as_py()) & set(theirs.column("prompt_shingles")[0].as_py())


def test_the_next_turn_carries_the_closing_key_of_the_last() -> None:
    """A conversation can be followed from account to account without its text."""
    first = {"text": "why is the sky blue today", "output_text": "because of scattering"}
    second = {
        "input_messages": [
            {"role": "user", "text": "why is the sky blue today"},
            {"role": "assistant", "text": "because of scattering\n"},
            {"role": "user", "text": "and at night?"},
        ]
    }

    out = batch([first, {**second, "exchange_id": "y"}])

    assert out.column("closing_key")[0] == out.column("history_key")[1]
    assert out.column("history_key")[0].as_py() == 0


def conversation(*texts: str, system: str | None = None) -> dict[str, Any]:
    """A request whose messages are the user's and the model's in turn, the last the user's."""
    roles = ["user", "assistant"] if len(texts) % 2 else ["assistant", "user"]
    messages = [{"role": roles[place % 2], "text": text} for place, text in enumerate(texts)]
    first = [{"role": "system", "text": system}] if system is not None else []
    return {"input_messages": [*first, *messages], "exchange_id": "-".join(texts)[:40] + str(system)}


ASKED = ["why is the sky blue " * 6, "and what colour is it on Mars " * 6, "and at night, when nobody looks " * 6]
TOLD = ["because of scattering, which is strong for blue " * 6, "butterscotch, since there is dust in the air " * 6]


def test_a_conversation_is_known_by_its_last_turn_whatever_is_around_it() -> None:
    """Another system prompt, a beginning that was cut away and another answer at the end change nothing of it."""
    before = conversation(ASKED[0], TOLD[0], ASKED[1], system="be brief")
    after = conversation(ASKED[0], TOLD[0], ASKED[1], TOLD[1], ASKED[2], system="be long")
    cut = conversation(TOLD[0], ASKED[1], TOLD[1], ASKED[2])

    out = batch([before, after, cut])
    turn, earlier = out.column("turn_key").to_pylist(), out.column("earlier_key").to_pylist()

    assert turn[0] == earlier[1] == earlier[2] != 0
    assert turn[1] == turn[2] != 0
    assert earlier[0] == 0


@pytest.mark.parametrize("texts", [(ASKED[0],), ("hi", "hello", "thanks"), (ASKED[0], TOLD[0])])
def test_what_is_nobodys_own_turn_has_no_key(texts: tuple[str, ...]) -> None:
    """A first question is a prompt, a greeting is everybody's, and the model's own last words were not answered yet."""
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "text": text} for place, text in enumerate(texts)]

    assert batch([{"input_messages": messages}]).column("turn_key").to_pylist() == [0]


def test_a_turn_told_in_two_messages_is_one() -> None:
    """Calls of tools are messages beside the model's words; where the turn was before is asked of the whole of it."""
    two = [{"role": "assistant", "text": TOLD[0]}, {"role": "assistant", "text": "tool call"}]
    begun = [*two, {"role": "user", "text": ASKED[1]}]
    went_on = [*begun, {"role": "assistant", "text": TOLD[1]}, {"role": "user", "text": ASKED[2]}]

    out = batch([{"input_messages": begun}, {"input_messages": went_on, "exchange_id": "y"}])

    assert out.column("turn_key")[0] == out.column("earlier_key")[1]


def test_content_state_says_what_was_left_of_the_text() -> None:
    """Texts, digests in their place, and nothing at all are told apart."""
    digest = "sha256:" + "0" * 64

    out = batch([{"text": "hello you"}, {"text": digest, "output_text": digest}, {}, {"output_text": "only an answer"}])

    states = [ContentState(state) for state in out.column("content_state").to_pylist()]
    assert states == [ContentState.FULL, ContentState.HASHED, ContentState.ABSENT, ContentState.FULL]
    assert out.column("prompt_shingles")[1].as_py() == []


def test_equal_digests_in_place_of_texts_stay_equal() -> None:
    """A log that holds digests still shows that two prompts were the same."""
    digest = "sha256:" + "a" * 64

    out = batch([{"text": digest}, {"text": digest}, {"text": "sha256:" + "b" * 64}])

    keys = out.column("prompt_key").to_pylist()
    assert keys[0] == keys[1] != keys[2]


def test_purposes_are_marked_by_phrases() -> None:
    """A rubric is grading; a question about the weather is nothing."""
    out = batch(
        [
            {"text": "Score the following answer on a scale of 1 to 10 by this rubric"},
            {"text": "Imagine and articulate the internal reasoning behind a completed response"},
            {"text": "请写出你的推理过程"},
            {"text": "what is the weather like in Oslo"},
        ]
    )

    marks = out.column("purpose_marks").to_pylist()
    assert marks[0] & Purpose.GRADING.bit
    assert marks[1] & Purpose.REASONING_TRACES.bit
    assert marks[2] & Purpose.REASONING_TRACES.bit
    assert marks[3] == 0


def test_addresses_become_numbers_and_nonsense_becomes_null() -> None:
    """IPv4 whole, IPv6 by subscriber, mapped IPv4 as itself; what is no address is nobody's."""
    ips = ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1:2:3::4", "2001:db8:1:2:ffff::", "unknown", None]

    nets = batch([{"client_ip": ip} for ip in ips]).column("client_net").to_pylist()

    assert nets[0] == nets[1] == 0xC0000207
    assert nets[2] == nets[3] == 0x20010DB800010002
    assert nets[4:] == [None, None]


@settings(max_examples=50)
@given(
    texts=st.lists(st.one_of(st.none(), st.text(max_size=80)), min_size=1, max_size=12),
    start=st.integers(0, 12),
)
def test_each_row_is_redacted_for_itself(texts: list[str | None], start: int) -> None:
    """A slice of a batch redacts to the slice of the redacted batch, whatever its neighbours are."""
    raw = raw_batch([{"text": text, "output_text": text} if text is not None else {} for text in texts])

    assert REDACTOR.redact(raw.slice(start)).equals(REDACTOR.redact(raw).slice(start))


def test_a_text_of_many_words_fits_whatever_the_buffers_were() -> None:
    """The shingle buffers grow when a batch keeps more than was guessed."""
    dense = Redactor.of(b"y" * 32, RedactOptions(prompt_rate=1, asked_rate=1, answer_rate=1))
    letters = np.random.default_rng(1).choice(list("abcdefghijklmnopqrstuvwxyz"), (40, 400))
    texts = [" ".join(row) for row in letters.tolist()]

    out = dense.redact(raw_batch([{"text": text, "output_text": text} for text in texts]))

    assert len(out.column("prompt_shingles").flatten()) > 1_000


def settings_of(*params: str | None) -> list[int | None]:
    """The settings that requests with these parameters have."""
    keys: list[int | None] = batch([{"request_params": text} for text in params]).column("settings_key").to_pylist()
    return keys


def reordered(value: object, shuffle: Random) -> object:
    """A JSON value whose objects are written in another order, however deep they lie."""
    if isinstance(value, dict):
        names = list(value)
        shuffle.shuffle(names)
        return {name: reordered(value[name], shuffle) for name in names}
    return [reordered(each, shuffle) for each in value] if isinstance(value, list) else value


@settings(max_examples=60)
@given(params=PARAMS, seeds=st.tuples(st.integers(), st.integers()), shuffle=st.randoms())
def test_request_parameters_are_equal_in_any_order_and_with_any_seed(
    params: dict[str, Any], seeds: tuple[int, int], shuffle: Random
) -> None:
    """Clients write fields as they like and draw a new seed each time; neither is a setting."""
    ours = json.dumps({**params, "seed": seeds[0]})
    theirs = json.dumps(reordered({**params, "seed": seeds[1]}, shuffle), indent=1, ensure_ascii=False)

    one, other = settings_of(ours, theirs)

    assert one == other


@settings(max_examples=60)
@given(params=PARAMS, name=st.text().filter(lambda name: name != "seed"), value=st.floats(0, 2), more=st.floats(0.1, 1))
def test_another_value_of_any_parameter_makes_other_settings(
    params: dict[str, Any], name: str, value: float, more: float
) -> None:
    """Only the seed is passed over."""
    one, other, without = settings_of(
        json.dumps({**params, name: value}),
        json.dumps({**params, name: value + more}),
        json.dumps({**params, name: None}),
    )

    assert one is not None
    assert len({one, other, without}) == 3


@pytest.mark.parametrize("params", [None, "{}", '{"seed": 7}', '{"temperature": null}', '{"seed": 1, "top_p": null}'])
def test_parameters_that_say_nothing_are_no_settings(params: str | None) -> None:
    """Software that leaves every default alone has nothing in common by it."""
    assert settings_of(params, '{"temperature": 0.7}')[0] is None


@pytest.mark.parametrize("params", ["temperature=0.7", "[1, 2]", '"text"', "null", "3", '{"a": 1', '{"a": 1} x', "💥"])
def test_parameters_that_are_no_object_stand_for_themselves(params: str) -> None:
    """What cannot be read is compared as it is written, but for space around it."""
    one, same, other = settings_of(params, f" {params}\n", params + "!")

    assert one is not None
    assert one == same
    assert one != other


@settings(max_examples=30)
@given(depth=st.integers(1, 6_000), pair=st.sampled_from(['{"a":|}', "[|]", '{"a":[|]}']), inner=st.text(max_size=5))
@example(depth=1, pair='{"a":|}', inner="9" * 5_000)
@example(depth=1, pair='{"a":|}', inner="9" * 70_000)
@example(depth=1, pair='{"a":|}', inner="1e999")
@example(depth=1, pair='{"a":|}', inner='"\\ud800"')
def test_no_parameters_can_stop_a_scan(depth: int, pair: str, inner: str) -> None:
    """However deep, long or broken they are, equal texts are equal settings and their neighbours keep theirs."""
    opening, closing = pair.split("|")
    text = opening * depth + inner + closing * depth

    one, plain, same = settings_of(text, '{"temperature": 0.7}', text)

    assert one is not None
    assert one == same != plain
    assert plain == settings_of('{"temperature":0.7}')[0]


def test_parameters_longer_than_any_client_sends_are_compared_as_written() -> None:
    """Reading them costs more than it tells."""
    tools = {"tools": ["x" * 70_000], "temperature": 0.7}

    one, same, other = settings_of(json.dumps(tools), json.dumps(tools), json.dumps(dict(reversed(tools.items()))))

    assert one == same != other


@pytest.mark.parametrize("rates", [(0, 8, 32), (8, 4, 32), (4, 64, 32)])
def test_rates_of_which_one_sample_would_not_lie_within_the_other_are_refused(rates: tuple[int, int, int]) -> None:
    """A phrase is timed only if it is kept, and an answer's phrase is found again only where it was timed."""
    prompt_rate, asked_rate, answer_rate = rates

    with pytest.raises(ValueError, match="rise in this order"):
        RedactOptions(prompt_rate=prompt_rate, asked_rate=asked_rate, answer_rate=answer_rate)
