"""A LiteLLM callback that writes each StandardLoggingPayload, as it comes, as one line of JSON.

Registered by dotted path in proxy_config.yaml (`litellm_settings.callbacks`). It is loaded inside the proxy's own
environment, so it imports nothing of ours.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from litellm.integrations.custom_logger import (  # type: ignore[import-not-found]  # only in the scratch environment
    CustomLogger,
)

FILE_VARIABLE = "STILLWATCH_RECORDING"
"""The environment variable that names the file to append to."""


class Recorder(CustomLogger):  # type: ignore[misc]  # untyped where litellm is not installed
    """Appends one line per call that succeeded and one per call that failed.

    Both hooks are defined here, on the class that is instantiated: LiteLLM looks for some hooks in `vars(cls)` and
    passes over those that a class has inherited.
    """

    def __init__(self) -> None:
        """Open the file that the environment names; a proxy without it does not start."""
        super().__init__()
        self._path = Path(os.environ[FILE_VARIABLE])

    async def async_log_success_event(
        self,
        kwargs: Mapping[str, Any],
        response_obj: object,  # noqa: ARG002  # LiteLLM passes it
        start_time: datetime,  # noqa: ARG002  # as above
        end_time: datetime,  # noqa: ARG002  # as above
    ) -> None:
        """Write the payload of a call that was answered."""
        self._append(kwargs)

    async def async_log_failure_event(
        self,
        kwargs: Mapping[str, Any],
        response_obj: object,  # noqa: ARG002  # LiteLLM passes it
        start_time: datetime,  # noqa: ARG002  # as above
        end_time: datetime,  # noqa: ARG002  # as above
    ) -> None:
        """Write the payload of a call that failed, upstream or in the proxy itself."""
        self._append(kwargs)

    def _append(self, kwargs: Mapping[str, Any]) -> None:
        payload = kwargs.get("standard_logging_object")
        if payload is None:
            return
        line = json.dumps(payload, ensure_ascii=False, default=str) + "\n"
        # One write of one whole line in append mode: lines of several workers do not interleave on a local disk.
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)


recorder = Recorder()
