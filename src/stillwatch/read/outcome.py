"""What became of a request: the HTTP status and the finish reason that a log's own words amount to."""

import re
from collections.abc import Mapping
from typing import Final

from stillwatch.read.fields import text_of

ANSWERED: Final = 200
FAILED: Final = 500
"""Status of a request that failed for a reason that the log does not tell."""

_STATUS_OF: Final[Mapping[str, int]] = {
    "apiconnectionerror": 503,
    "apiconnectiontimeouterror": 408,
    "apierror": 500,
    "apitimeouterror": 408,
    "authenticationerror": 401,
    "badrequesterror": 400,
    "budgetexceedederror": 429,
    "cancelled": 499,
    "clientdisconnected": 499,
    "contentpolicyviolationerror": 400,
    "contextwindowexceedederror": 400,
    "deadlineexceeded": 504,
    "internalservererror": 500,
    "invalid_request_error": 400,
    "notfounderror": 404,
    "overloaded_error": 529,
    "permissiondeniederror": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "ratelimiterror": 429,
    "resourceexhausted": 429,
    "serviceunavailableerror": 503,
    "timeout": 408,
    "toomanyrequests": 429,
    "unprocessableentityerror": 422,
    "unsupportedparamserror": 400,
}
"""Errors by the names that SDKs, gateways and providers give them, in small letters."""

_CODE: Final = re.compile(r"(?:^|status[ _]?code:?\s*|error code:\s*)([45][0-9]{2})\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z_]{5,40}")
_DECLINED: Final = re.compile("content_?policy|content_?filter")
_WORDS_READ: Final = 400
"""Characters of an error's message that are looked at: what it is comes first, what was sent may follow."""

_FINISH: Final[Mapping[str, str]] = {
    "blocklist": "content_filter",
    "completed": "stop",
    "content-filter": "content_filter",
    "content_filtered": "content_filter",
    "end_turn": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "function_call": "tool_calls",
    "incomplete": "length",
    "max_output_tokens": "length",
    "max_tokens": "length",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "safety": "content_filter",
    "stop_sequence": "stop",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
}
"""Finish reasons of providers, in small letters, by the contract's words; what is not here stays as it is."""


def status_code(value: object) -> int | None:
    """Read an HTTP status code, be it a number or text."""
    text = text_of(value)
    if text is None or not text.isascii() or not text.isdigit() or len(text) != len("200"):
        return None
    code = int(text)
    return code if 100 <= code <= 599 else None  # noqa: PLR2004 - RFC 9110, 15


def status_of_error(*told: object) -> int:
    """Find the status in what a log tells of an error (code, class, message; surest first), else 500."""
    for value in told:
        text = text_of(value)
        if text is None:
            continue
        code = status_code(text) or _STATUS_OF.get(text.lower())
        if code is None:
            head = text[:_WORDS_READ]
            named = _CODE.search(head)
            words = (_STATUS_OF.get(word.lower()) for word in _WORD.findall(head))
            code = int(named[1]) if named else next((found for found in words if found is not None), None)
        if code is not None:
            return code
    return FAILED


def failure_reason(*told: object) -> str:
    """Tell how a failed request ended: declined for what was asked, or by some error."""
    texts = (value[:_WORDS_READ].lower() for value in told if isinstance(value, str))
    return "content_filter" if any(_DECLINED.search(text) for text in texts) else "error"


def finish_reason(value: object) -> str | None:
    """Read a finish reason; of several (one for each choice) the first."""
    if isinstance(value, list):
        value = value[0] if value else None
    text = text_of(value)
    if text is None:
        return None
    word = text.lower()
    return _FINISH.get(word, word)
