"""What is taken out of a recording before it is published: where it was made, and nothing else.

Plain replacements in the text of each line, so that everything else stays byte for byte as LiteLLM's callback wrote it:

1. the gateway's address on loopback becomes gateway.example, the stand-in provider's becomes provider.example
   (`api_base`, `hidden_params.api_base`, the `host` header);
2. the folders in which Python and its packages are installed are cut from the paths in tracebacks.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a recording was made: two addresses here, the folders of this interpreter."""

    gateway_url: str
    provider_url: str

    def scrub(self, lines: Iterable[str]) -> Iterator[str]:
        """Each line without these places."""
        replacements = {
            self.gateway_url.removeprefix("http://"): "gateway.example",
            self.provider_url.removeprefix("http://"): "provider.example",
            f"{sys.prefix}/": "",
            f"{sys.base_prefix}/lib/": "lib/",
            f"{REPOSITORY}/": "",
        }
        for line in lines:
            scrubbed = line
            for place, stand_in in replacements.items():
                scrubbed = scrubbed.replace(place, stand_in)
            yield scrubbed
