"""The deployment's secret: made on first use, readable by its owner only, and the key of every digest."""

import os
import secrets
from pathlib import Path
from typing import Final

from stillwatch.errors import StopError

_BYTES: Final = 32
_MODE: Final = 0o600


def secret_folder() -> Path:
    """Where the secret lives unless told otherwise: STILLWATCH_HOME, else the user's configuration folder."""
    home = os.environ.get("STILLWATCH_HOME")
    if home:
        return Path(home)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "stillwatch"


def load_secret(folder: Path) -> bytes:
    """Read the secret in `folder`, or make one. Refuses a secret that others can read.

    With another secret the same logs give other digests: keep it to compare scans, share it with nobody.
    """
    path = folder / "secret"
    try:
        if not path.exists():
            _create(path)
        mode = path.stat().st_mode & 0o777
        secret = path.read_bytes()
    except OSError as error:
        raise StopError(
            f"the deployment secret at {path} cannot be used: {error.strerror or error}."
            " Make the folder writable for you, or set STILLWATCH_HOME to one that is."
        ) from error
    if mode & 0o077:
        raise StopError(f"the deployment secret at {path} can be read by others. Run: chmod 600 {path}")
    if len(secret) != _BYTES:
        raise StopError(f"{path} is not a secret of {_BYTES} bytes. Move it away; the next run makes a new one.")
    return secret


def _create(path: Path) -> None:
    """Write a new secret so that two first runs at once end up with one and the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"secret.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        os.link(temporary, path)
    except FileExistsError:
        pass  # another run was first: its secret is the one
    finally:
        temporary.unlink(missing_ok=True)
