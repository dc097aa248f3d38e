"""The deployment's secret."""

from pathlib import Path

import pytest

from stillwatch.errors import StopError
from stillwatch.store.secret import load_secret, secret_folder


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """First use makes it with mode 0600; later uses find the same."""
    first = load_secret(tmp_path / "home")

    assert len(first) == 32
    assert (tmp_path / "home" / "secret").stat().st_mode & 0o777 == 0o600
    assert load_secret(tmp_path / "home") == first
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret"]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The error says the command that mends it."""
    load_secret(tmp_path)
    (tmp_path / "secret").chmod(0o644)

    with pytest.raises(StopError, match="chmod 600"):
        load_secret(tmp_path)


def test_a_cut_off_secret_is_refused(tmp_path: Path) -> None:
    """A short file is no secret; nothing is guessed."""
    load_secret(tmp_path)
    (tmp_path / "secret").write_bytes(b"short")

    with pytest.raises(StopError, match="not a secret"):
        load_secret(tmp_path)


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STILLWATCH_HOME wins over the user's configuration folder."""
    monkeypatch.setenv("STILLWATCH_HOME", str(tmp_path))

    assert secret_folder() == tmp_path
