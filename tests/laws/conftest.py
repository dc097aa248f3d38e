"""One range for each of two levels of skill, made and read once for all laws."""

import pytest

from tests.laws.ranges import Ranged, ranged


@pytest.fixture(scope="session")
def disguised(tmp_path_factory: pytest.TempPathFactory) -> Ranged:
    """Everybody, campaigns at level 1: an exit for each account, popular clients, shared cards and templates."""
    return ranged(tmp_path_factory.mktemp("disguised"), level=1)


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Ranged:
    """Everybody, campaigns at level 2: every request worded anew, pauses, nothing shared on paper."""
    return ranged(tmp_path_factory.mktemp("apart"), level=2)
