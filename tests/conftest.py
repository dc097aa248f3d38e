"""What every test shares."""

import sys
from pathlib import Path

# Helpers of one folder of tests are used by the others: exchanges, worlds, writers.
for folder in ("profile", "read", "link"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
