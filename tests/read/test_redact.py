"""Where text ends."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.facts.content import ContentState
from stillwatch.facts.exchange import EXCHANGE
from stillwatch.facts.purpose import Purpose
from stillwatch.read.redact import Redactor
from tests.profile.exchanges import REDACTOR, batch, raw_batch

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
    dense = Redactor.of(b"y" * 32, type(REDACTOR.options)(prompt_rate=1, answer_rate=1))
    letters = np.random.default_rng(1).choice(list("abcdefghijklmnopqrstuvwxyz"), (40, 400))
    texts = [" ".join(row) for row in letters.tolist()]

    out = dense.redact(raw_batch([{"text": text, "output_text": text} for text in texts]))

    assert len(out.column("prompt_shingles").flatten()) > 1_000
