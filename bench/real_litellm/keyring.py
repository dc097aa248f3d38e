"""Who owns which key: LiteLLM's `custom_auth` hook over a JSON file.

Virtual keys that LiteLLM mints itself need its database, and its database client needs an engine that is not on the
package index (see README.md). This hook gives each key the same fields that a database row would give it.

It also lets the proxy remember more limits. Without Redis, LiteLLM 1.106.2 counts requests in a cache of 200 entries
in all, so that with some dozens of active keys each limit is forgotten within seconds (README.md, trap 12).
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request  # type: ignore[import-not-found]  # only in the scratch environment
from litellm.proxy._types import (  # type: ignore[import-not-found]  # as above
    ProxyException,
    UserAPIKeyAuth,
)

FILE_VARIABLE = "STILLWATCH_KEYRING"
"""The environment variable that names the file: an object from key to fields of UserAPIKeyAuth."""

REMEMBERED_LIMITS = 20_000
"""Entries of LiteLLM's cache of counters; its default is 200."""


@cache
def _keyring() -> dict[str, dict[str, Any]]:
    """Read the file once: the keys of one recording do not change."""
    # Imported here because it exists only once the proxy serves.
    from litellm.proxy.proxy_server import proxy_logging_obj  # type: ignore[import-not-found]  # noqa: PLC0415

    proxy_logging_obj.internal_usage_cache.dual_cache.in_memory_cache.max_size_in_memory = REMEMBERED_LIMITS
    keyring: dict[str, dict[str, Any]] = json.loads(Path(os.environ[FILE_VARIABLE]).read_text(encoding="utf-8"))
    return keyring


async def authenticate(request: Request, api_key: str) -> UserAPIKeyAuth:  # noqa: ARG001  # LiteLLM's signature
    """Name the owner of a key, or answer 401. LiteLLM hashes the key (SHA-256) before it logs it."""
    fields = _keyring().get(api_key)
    if fields is None:
        raise ProxyException(message="unknown key", type="auth_error", param="api_key", code=401)
    return UserAPIKeyAuth(api_key=api_key, **fields)
