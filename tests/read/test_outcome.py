"""Status and finish reason are what a log's own words amount to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.read.outcome import failure_reason, finish_reason, status_code, status_of_error


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("429", "anything"), 429),
        ((429,), 429),
        (("", "RateLimitError"), 429),
        ((None, "openai.APITimeoutError"), 408),
        (("None", None, "litellm.ServiceUnavailableError: try later"), 503),
        (("429: Rate limit exceeded for someone",), 429),
        (("Error code: 529 - overloaded",), 529),
        (("upstream said status code: 404",), 404),
        (("insufficient_quota", "Exception"), 500),
        (("there were 429 of them",), 500),
        ((), 500),
        (("x" * 10_000 + " RateLimitError",), 500),
    ],
)
def test_errors_have_a_status(told: tuple[object, ...], expected: int) -> None:
    """A code, a class or the words at the beginning of a message tell the status; else it is 500."""
    assert status_of_error(*told) == expected


@given(told=st.lists(st.one_of(st.none(), st.integers(), st.text(), st.booleans()), max_size=3))
def test_any_words_have_a_status(told: list[object]) -> None:
    """Whatever an error says, its status is one that HTTP has."""
    assert 100 <= status_of_error(*told) <= 599


@pytest.mark.parametrize(
    ("value", "expected"), [(200, 200), ("503", 503), (0, None), (99, None), (600, None), ("2xx", None)]
)
def test_status_codes(value: object, expected: int | None) -> None:
    """Status codes are three digits from 100 to 599."""
    assert status_code(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("MAX_TOKENS", "length"),
        ("tool_use", "tool_calls"),
        ("SAFETY", "content_filter"),
        ("refusal", "refusal"),
        (["length", "stop"], "length"),
        ("Something_New", "something_new"),
        ([], None),
        (None, None),
        (True, None),
    ],
)
def test_finish_reasons(value: object, expected: str | None) -> None:
    """Reasons of all providers are brought to the contract's words."""
    assert finish_reason(value) == expected


def test_a_request_that_was_declined_says_so() -> None:
    """A failure because of what was asked is not just any error."""
    assert failure_reason("ContentPolicyViolationError", None) == "content_filter"
    assert failure_reason(None, "The response was filtered: content_filter") == "content_filter"
    assert failure_reason("RateLimitError", 17) == "error"
