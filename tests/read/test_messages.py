"""Messages in any dialect become the contract's, and the same turn is the same text wherever it comes from."""

import hashlib
import json
from typing import Any

import pytest

from stillwatch.read.answers import read_answer, read_answer_text
from stillwatch.read.messages import Transcript, read_input, read_system, read_text_or_json
from stillwatch.read.parts import MAX_NESTING, MAX_UNKNOWN, base64_media, media, plain

CALL = '{"arguments":{"city":"Paris"},"name":"weather","type":"tool_call"}'
RESULT = '{"content":"rainy","type":"tool_result"}'


def said(value: object) -> list[tuple[str, str]]:
    """Read an input and show who says what."""
    transcript = Transcript()
    read_input(value, transcript)
    return [(each.role, each.text) for each in transcript.messages]


def sha256(data: bytes) -> str:
    """Return a digest as messages show it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


DIALECTS: dict[str, Any] = {
    "chat": [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "rainy"},
        {"role": "user", "content": "Thanks."},
    ],
    "anthropic": [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Paris"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "1", "content": "rainy"},
                {"type": "text", "text": "Thanks."},
            ],
        },
    ],
    "responses": [
        {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
        {"type": "reasoning", "encrypted_content": "c2ln", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        {"type": "function_call", "call_id": "1", "name": "weather", "arguments": '{"city":"Paris"}'},
        {"type": "function_call_output", "call_id": "1", "output": "rainy"},
        {"role": "user", "content": "Thanks."},
    ],
    "opentelemetry": [
        {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]},
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "I look."},
                {"type": "tool_call", "id": "1", "name": "weather", "arguments": {"city": "Paris"}},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "rainy"}]},
        {"role": "user", "parts": [{"type": "text", "content": "Thanks."}]},
    ],
    "langchain": [
        {"type": "human", "content": "Weather?"},
        {"type": "ai", "content": "I look.", "tool_calls": [{"name": "weather", "args": {"city": "Paris"}, "id": "1"}]},
        {"role": "function", "content": "rainy"},
        {"type": "human", "content": "Thanks."},
    ],
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_conversation_is_the_same_in_every_dialect(dialect: str) -> None:
    """One conversation gives the same messages, whichever API it went through."""
    assert said(DIALECTS[dialect]) == [
        ("user", "Weather?"),
        ("assistant", f"I look.\n{CALL}"),
        ("tool", RESULT),
        ("user", "Thanks."),
    ]


ANSWERS: dict[str, Any] = {
    "chat": {"choices": [{"finish_reason": "tool_calls", "message": DIALECTS["chat"][1]}]},
    "anthropic": {**DIALECTS["anthropic"][1], "stop_reason": "tool_use"},
    "responses": {"output": DIALECTS["responses"][1:4], "status": "completed"},
    "opentelemetry": [{**DIALECTS["opentelemetry"][1], "finish_reason": "tool_call"}],
    "gemini": {
        "candidates": [
            {
                "content": {
                    "role": "model",
                    "parts": [{"text": "I look."}, {"functionCall": {"name": "weather", "args": {"city": "Paris"}}}],
                }
            }
        ]
    },
}


@pytest.mark.parametrize("dialect", ANSWERS)
def test_an_answer_is_the_text_that_its_replay_will_be(dialect: str) -> None:
    """An answer reads as the turn that the next request repeats, so that a conversation can be followed."""
    assert read_answer(ANSWERS[dialect]).text == f"I look.\n{CALL}"


def test_signatures_are_kept_and_reasoning_is_not() -> None:
    """Opaque signatures of reasoning are evidence; the reasoning is left out, for a client may drop it."""
    transcript = Transcript()
    read_input(DIALECTS["anthropic"] + DIALECTS["responses"], transcript)

    assert transcript.signed == ["c2ln", "c2ln"]
    assert not any("hm" in message.text.split() for message in transcript.messages)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}}, b"\x89PNG\r"),
        ({"type": "image_url", "image_url": "https://example.org/a.png"}, b"https://example.org/a.png"),
        ({"type": "input_image", "image_url": "https://example.org/a.png"}, b"https://example.org/a.png"),
        ({"type": "input_image", "file_id": "file-1"}, b"file-1"),
        ({"type": "image", "source": {"type": "base64", "data": "iVBORw0="}}, b"\x89PNG\r"),
        (
            {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
            b"https://example.org/a.png",
        ),
        ({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}, b"RIFF"),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0="}}, b"%PDF-"),
        ({"type": "file", "file": {"file_id": "file-1"}}, b"file-1"),
        ({"type": "input_file", "file_url": "https://example.org/a.pdf"}, b"https://example.org/a.pdf"),
        ({"type": "document", "source": {"type": "base64", "data": "JVBERi0="}}, b"%PDF-"),
        ({"type": "blob", "modality": "image", "content": "iVBORw0="}, b"\x89PNG\r"),
        ({"type": "uri", "modality": "image", "uri": "gs://bucket/a.png"}, b"gs://bucket/a.png"),
        ({"inlineData": {"mimeType": "image/png", "data": "iVBORw0="}}, b"\x89PNG\r"),
        ({"fileData": {"fileUri": "gs://bucket/a.png"}}, b"gs://bucket/a.png"),
    ],
)
def test_media_are_digests_of_their_bytes_or_addresses(part: dict[str, Any], expected: bytes) -> None:
    """An image, a recording or a file is the digest of its bytes where the log has them, else of its address."""
    assert said([{"role": "user", "content": [{"type": "text", "text": "Look"}, part]}]) == [
        ("user", f"Look\n{sha256(expected)}")
    ]


def test_media_that_the_log_cut_away_are_not_equal_to_each_other() -> None:
    """Of two images of which only the size was kept nothing can be said, so neither gets a digest."""
    assert media("data:image/png;base64,[base64_data truncated: 1.20MB]") is None
    assert base64_media("[base64_data truncated: 1.20MB]") is None


@pytest.mark.parametrize("text", ["redacted-by-litellm", "REDACTED_BY_LITELM", "__REDACTED__"])
def test_redacted_texts_are_absent(text: str) -> None:
    """What a logger puts in a text's place is no text, in messages and in answers."""
    assert (
        said([{"role": "user", "content": text}, {"role": "user", "content": [{"type": "text", "text": text}]}]) == []
    )
    assert read_answer({"choices": [{"message": {"role": "assistant", "content": text}}]}).text is None
    assert read_answer({"text": text}).text is None


def test_the_note_of_a_cut_text_is_taken_out() -> None:
    """LiteLLM's note on a text that it cut would otherwise be the rarest words that all long prompts share."""
    note = (
        "... (litellm_truncated skipped 9000 chars. Truncation is a DB storage safeguard. Full, untruncated data is "
        "logged to logging callbacks (OTEL, Datadog, etc.). To increase the truncation limit, set "
        "`MAX_STRING_LENGTH_PROMPT_IN_DB` in your env.) ..."
    )

    assert plain(f"the beginning{note}the end") == "the beginning\nthe end"
    assert plain("x... (litellm_truncated skipped 7 chars) ...y") == "x\ny"


def test_tool_results_are_json_text() -> None:
    """A result that is JSON stays as it is, plain text is wrapped, objects are written the one way."""
    messages = [
        {"role": "tool", "content": '{"b": 1, "a": 2}'},
        {"role": "tool", "content": "plain"},
        {"role": "user", "content": [{"type": "tool_result", "content": {"b": 1, "a": 2}}]},
        {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "one"}]}]},
        {"role": "tool", "content": None},
    ]

    assert [text for _, text in said(messages)] == [
        '{"b": 1, "a": 2}',
        '{"content":"plain","type":"tool_result"}',
        '{"a":2,"b":1}',
        '{"content":"one","type":"tool_result"}',
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hello", [("user", "Hello")]),
        (["One", "Two"], [("user", "One"), ("user", "Two")]),
        ({"role": "user", "content": "Hello"}, [("user", "Hello")]),
        ({"prompt": "Once"}, [("user", "Once")]),
        (
            {"system": "Be kind.", "messages": [{"role": "user", "content": "Hi"}]},
            [("system", "Be kind."), ("user", "Hi")],
        ),
        ({"instructions": "Brief.", "input": "Hi"}, [("system", "Brief."), ("user", "Hi")]),
        ({"anything": "else"}, [("user", '{"anything":"else"}')]),
        ([{"type": "text", "text": "bare part"}], [("user", "bare part")]),
        ([[1, 2, 3]], []),
        (17, []),
        (None, []),
    ],
)
def test_inputs_of_every_shape(value: object, expected: list[tuple[str, str]]) -> None:
    """Texts, lists of texts, single messages and whole request bodies are inputs."""
    assert said(value) == expected


def test_a_system_prompt_is_not_told_twice() -> None:
    """A system prompt that is kept apart and at the head of the messages is one system prompt."""
    transcript = Transcript()
    read_input([{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}], transcript)
    read_system([{"type": "text", "text": "Be kind."}], transcript)

    assert [each.role for each in transcript.messages] == ["system", "user"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"role": "user", "content": "Hi"}]', "Hi"),
        ('{"messages": [{"role": "user", "content": "Hi"}]}', "Hi"),
        ('{"question": "json that is no message"}', '{"question": "json that is no message"}'),
        ("[1, 2]", "[1, 2]"),
        ("{broken", "{broken"),
        ("plain", "plain"),
    ],
)
def test_json_text_is_opened_when_it_holds_messages(text: str, expected: str) -> None:
    """A logger's JSON text is opened when there are messages in it; a customer's JSON stays what it was."""
    transcript = Transcript()
    read_text_or_json(text, transcript)

    assert [each.text for each in transcript.messages] == [expected]


@pytest.mark.parametrize(
    ("value", "text", "finish"),
    [
        ({"choices": [{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]}, "No.", "refusal"),
        ({"role": "assistant", "content": [{"type": "text", "text": "x"}], "stop_reason": "refusal"}, "x", "refusal"),
        ({"choices": [{"text": "a time.", "finish_reason": "length"}]}, "a time.", "length"),
        ({"choices": [{"message": {"content": "1"}}, {"message": {"content": "2"}}]}, "1\n2", None),
        ({"choices": [{"delta": {"content": "streamed"}}]}, "streamed", None),
        ({"output": [{"type": "message", "content": []}], "status": "incomplete"}, None, "length"),
        ({"candidates": [{"content": {"parts": []}, "finishReason": "SAFETY"}]}, None, "content_filter"),
        ({"data": [{"embedding": [0.1]}]}, None, None),
        ({}, None, None),
        ([], None, None),
        ("plain", "plain", None),
        (0, None, None),
    ],
)
def test_answers_of_every_shape(value: object, text: str | None, finish: str | None) -> None:
    """Answers are found where each API puts them, and end in the contract's words."""
    answer = read_answer(value)

    assert (answer.text, answer.finish) == (text, finish)


def test_an_answer_that_is_json_stays_json() -> None:
    """Structured output is an answer, not a response body."""
    assert read_answer_text('{"label": "spam"}').text == '{"label": "spam"}'
    assert read_answer_text({"label": "spam"}).text == '{"label":"spam"}'


def test_nesting_is_followed_only_so_far() -> None:
    """Parts within parts end somewhere, whatever a log holds."""
    part: Any = {"type": "text", "text": "deep"}
    for _ in range(10 * MAX_NESTING):
        part = {"type": "tool_result", "content": [part]}

    assert said([{"role": "user", "content": [part]}]) == []


def test_unknown_parts_are_kept_as_json_or_digest() -> None:
    """A part of a kind that is not known is kept as JSON, and a large one as its digest."""
    small = {"type": "hologram", "of": "a cat"}
    large = {"type": "hologram", "of": "x" * MAX_UNKNOWN}

    ((_, text),) = said([{"role": "user", "content": [small, large]}])

    first, second = text.split("\n")
    assert json.loads(first) == small
    assert second.startswith("sha256:")
