"""What a scan leaves for the next one: its summaries, under the seal of the deployment's secret.

`state.json` names every file and its keyed digest, so that nothing is read again that we did not write. No text of a
customer is here: digests, sketches and sums, and the names of accounts and models, readable by the owner only.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from stillwatch.errors import InputUnusable, StopError
from stillwatch.facts.activity import Activity
from stillwatch.facts.exchange import SCHEMA_VERSION
from stillwatch.facts.traffic import Traffic
from stillwatch.store.columns import read_columns, write_columns
from stillwatch.store.outputs import whole_or_nothing
from stillwatch.store.runs import Run

SEAL: Final = "state.json"

LAYOUT: Final = 4
"""Raised with every change of the files, of a digest or of a sketch: states of another layout are refused."""

_ACCOUNTS: Final = "accounts"
_FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What scans so far counted besides summaries."""

    duplicates: int = 0
    rejected: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Everything that was folded: `small` has the sums and names of all, `runs` the rest."""

    small: Traffic
    runs: Sequence[Run]
    counts: Counts
    signed: str = ""
    """The seal it was read under; empty where there was no state yet."""


EMPTY: Final = State(small=Traffic.empty(), runs=(), counts=Counts())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Manifest:
    """The content of `state.json`, without the seal over it."""

    layout: int
    schema_version: str
    secret: str
    """What this deployment's secret makes of a known word, to tell another secret from damage."""
    options: dict[str, str]
    """What decides what a summary means: sampling rates, whose account an exchange is."""
    counts: Counts
    accounts: int
    models: list[tuple[int, str]]
    runs: dict[str, dict[str, int]]
    digests: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sealed:
    manifest: str
    seal: str


class StateFolder:
    """A folder that holds a state, or will."""

    def __init__(self, folder: Path, secret: bytes, options: Mapping[str, object]) -> None:
        """Name the folder, the deployment's secret, and what decides what a summary means."""
        self.folder = folder
        self._secret = secret
        self._options = {name: str(value) for name, value in options.items()}

    def read(self) -> State:
        """The state in the folder, an empty one where there is none; InputUnusable where it cannot be gone on from."""
        if not self.folder.exists() or (self.folder.is_dir() and not any(self.folder.iterdir())):
            return EMPTY
        if not (self.folder / SEAL).is_file():
            raise InputUnusable(f"{self.folder} holds no state of a scan. Name an empty folder, or one that does.")
        signed, manifest = self._manifest()
        for name, digest in manifest.digests.items():
            if Path(name).name != name or self._digest(self.folder / name) != digest:
                raise InputUnusable(self._changed(name))
        runs = [Run(self.folder, name, rows) for name, rows in manifest.runs.items()]
        if {path.name for run in runs for path in run.files()} - manifest.digests.keys():
            raise InputUnusable(self._changed(SEAL))
        small = _small(self.folder, manifest)
        return State(small=small, runs=runs, counts=manifest.counts, signed=signed)

    def write(self, state: State) -> None:
        """Replace what is there by `state`, whole or not at all, at the cost of what is new in it."""
        if state.signed != (self._manifest()[0] if (self.folder / SEAL).exists() else ""):
            raise StopError(f"another scan has written to {self.folder} meanwhile. Scan the same logs once more.")
        older = {path.name for path in self.folder.glob("*.parquet")} if state.signed else set()
        files = [path for run in state.runs for path in run.files()]
        with whole_or_nothing(self.folder, seal=SEAL, mode=_FOLDER_MODE) as outputs:
            for path in files:
                outputs.adopt(path.name, path)
            with outputs.placed(f"{_ACCOUNTS}.parquet") as place:
                write_columns(place, [_accounts(state.small)])
            manifest = _Manifest(
                layout=LAYOUT,
                schema_version=SCHEMA_VERSION,
                secret=self._mac(b"stillwatch"),
                options=self._options,
                counts=state.counts,
                accounts=len(state.small.activity),
                models=sorted(state.small.model_names.items()),
                runs={run.name: run.rows for run in state.runs},
                digests={name: self._digest(outputs.stage / name) for name in outputs.names},
            )
            text = msgspec.json.encode(manifest, order="deterministic").decode()
            sealed = _Sealed(manifest=text, seal=self._mac(text.encode()))
            outputs.write(SEAL, msgspec.json.encode(sealed) + b"\n")
            (outputs.stage / SEAL).chmod(0o600)
            names = set(outputs.names)
        for name in older - names:
            (self.folder / name).unlink(missing_ok=True)

    def _manifest(self) -> tuple[str, _Manifest]:
        """The manifest and the seal over it, once it is known to be ours, unchanged and of the same options."""
        try:
            sealed = msgspec.json.decode((self.folder / SEAL).read_bytes(), type=_Sealed)
            told = msgspec.json.decode(sealed.manifest)
            layout, secret = told.get("layout"), told.get("secret")
        except OSError as error:
            raise InputUnusable(f"{self.folder / SEAL} cannot be read: {error.strerror or error}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError) as error:
            raise InputUnusable(self._changed(SEAL)) from error
        again = "Scan all logs again into another state folder"
        if layout != LAYOUT or told.get("schema_version") != SCHEMA_VERSION:
            raise InputUnusable(f"{self.folder} was written by another version of Stillwatch. {again}.")
        if secret != self._mac(b"stillwatch"):
            raise InputUnusable(
                f"{self.folder} was written under another secret, so its digests compare with nothing of this scan."
                f" Name that secret with --secret-dir. Or: {again[0].lower()}{again[1:]}."
            )
        if sealed.seal != self._mac(sealed.manifest.encode()):
            raise InputUnusable(self._changed(SEAL))
        manifest = msgspec.json.decode(sealed.manifest, type=_Manifest)
        for name, value in self._options.items():
            if manifest.options.get(name) != value:
                raise InputUnusable(
                    f"{self.folder} was written with {name} {manifest.options.get(name)}, this scan has {value}."
                    f" Use the same. Or: {again[0].lower()}{again[1:]}."
                )
        return sealed.seal, manifest

    def _mac(self, content: bytes) -> str:
        return hashlib.blake2b(content, key=self._secret, digest_size=16, person=b"state").hexdigest()

    def _digest(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(
                    file, lambda: hashlib.blake2b(key=self._secret, digest_size=16, person=b"state file")
                ).hexdigest()
        except OSError as error:
            raise InputUnusable(f"{path} cannot be read: {error.strerror or error}. {_AGAIN}") from error

    def _changed(self, name: str) -> str:
        return f"{self.folder / name} is damaged or was changed by somebody else. {_AGAIN}"


_AGAIN: Final = "Delete the folder and scan all logs again."


def _accounts(small: Traffic) -> dict[str, np.ndarray[Any, Any]]:
    """The sums and names of all accounts, as columns."""
    activity = small.activity
    ids = np.array([small.accounts[key] for key in activity.account.tolist()], dtype=object)
    return {"account_id": ids} | {one.name: getattr(activity, one.name) for one in fields(activity)}


def _small(folder: Path, manifest: _Manifest) -> Traffic:
    empty = Activity.empty()
    like = {"account_id": np.zeros(0, dtype=object)} | {one.name: getattr(empty, one.name) for one in fields(empty)}
    pieces = list(read_columns(folder / f"{_ACCOUNTS}.parquet", like, manifest.accounts))
    columns = {name: np.concatenate([like[name], *(piece[name] for piece in pieces)]) for name in like}
    ids = columns.pop("account_id")
    names = dict(zip(columns["account"].tolist(), ids.tolist(), strict=True))
    return replace(Traffic.empty(), activity=Activity(**columns), accounts=names, model_names=dict(manifest.models))
