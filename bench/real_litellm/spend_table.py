"""LiteLLM's table of spend logs in a real PostgreSQL: its own migrations, its own rows, and the usual two exports.

LiteLLM could not write the rows itself here (README.md says why), so this inserts what LiteLLM had ready for its
database client. Types, defaults, rounding and the form of times in the exports are PostgreSQL's.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.real_litellm.gateway import LOOPBACK, free_port

TABLE: Final = '"LiteLLM_SpendLogs"'
FINISHES_WITHIN: Final = 120
"""Seconds for any one program of PostgreSQL."""

PROGRAMS: Final = ("initdb", "pg_ctl", "psql")

INSERT: Final = """
CREATE TEMPORARY TABLE handed_over (row_number serial, line jsonb);
\\copy handed_over (line) FROM 'rows.jsonl' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
INSERT INTO "LiteLLM_SpendLogs"
SELECT (jsonb_populate_record(NULL::"LiteLLM_SpendLogs", line || jsonb_build_object(
    'metadata', (line->>'metadata')::jsonb,
    'request_tags', (line->>'request_tags')::jsonb,
    'messages', (line->>'messages')::jsonb,
    'response', (line->>'response')::jsonb,
    'proxy_server_request', (line->>'proxy_server_request')::jsonb,
    'created_at', line->'endTime',
    'updated_at', line->'endTime'
))).*
FROM handed_over ORDER BY row_number
ON CONFLICT (request_id) DO NOTHING;
"""
"""As LiteLLM's `create_many(skip_duplicates=True)` does it: JSON in text becomes JSON, a known id is passed over.

The two columns that LiteLLM leaves to the database get the end of the request as their time.
"""

OBJECTS: Final = """
SELECT row_to_json(page) FROM (SELECT * FROM "LiteLLM_SpendLogs" ORDER BY "startTime", request_id) page
"""
COPY: Final = """
COPY (SELECT * FROM "LiteLLM_SpendLogs" ORDER BY "startTime", request_id) TO STDOUT WITH (FORMAT csv, HEADER)
"""


def is_available() -> bool:
    """Whether this machine has PostgreSQL's programs on its path."""
    return all(shutil.which(program) for program in PROGRAMS)


def export(rows: Iterable[str], folder: Path) -> int:
    """Put the rows into the table and write spend_logs.jsonl and spend_logs.csv; the number of rows in the table."""
    with tempfile.TemporaryDirectory(prefix="real-litellm-pg-") as scratch:
        place = Path(scratch)
        (place / "rows.jsonl").write_text("".join(line + "\n" for line in rows), encoding="utf-8")
        with _cluster(place) as psql:
            _run([*psql, *(f"--file={script}" for script in _migrations())])
            _run([*psql], typed=INSERT, folder=place)
            objects = _run([*psql, "--tuples-only", "--no-align", "--command", OBJECTS])
            table = _run([*psql, "--command", COPY])
    (folder / "spend_logs.jsonl").write_text(objects, encoding="utf-8")
    (folder / "spend_logs.csv").write_text(table, encoding="utf-8")
    return len(objects.splitlines())


@contextmanager
def _cluster(place: Path) -> Iterator[list[str]]:
    """A cluster of our own on a loopback port, for as long as the block lasts; yields the command that speaks to it."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # the server refuses to run as root
    if user:
        for path in (place, *place.iterdir()):
            shutil.chown(path, "postgres")
    port = free_port()
    data = str(place / "data")
    _run([*user, "initdb", "--pgdata", data, "--username", "demo", "--auth", "trust", "--encoding", "UTF8"])
    options = f"-c listen_addresses={LOOPBACK} -c port={port} -c unix_socket_directories={place} -c timezone=UTC"
    _run(
        [*user, "pg_ctl", "--pgdata", data, "--log", str(place / "server.log"), "--options", options, "--wait", "start"]
    )
    try:
        psql = [*user, "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
        yield [*psql, "--host", LOOPBACK, "--port", str(port), "--username", "demo", "--dbname", "postgres"]
    finally:
        _run([*user, "pg_ctl", "--pgdata", data, "--mode", "fast", "--wait", "stop"])


def _migrations() -> list[Path]:
    """LiteLLM's own migrations, which come with its package, in order."""
    package = importlib.util.find_spec("litellm_proxy_extras")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("litellm_proxy_extras: run this in the environment that record.py makes")
    return sorted((Path(package.origin).parent / "migrations").glob("*/migration.sql"))


def _run(command: Sequence[str], typed: str = "", folder: Path | None = None) -> str:
    """One program of PostgreSQL, with its output; a failure is raised with what it said."""
    # The output goes through a file: a server that outlives `pg_ctl start` would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(  # noqa: S603  # programs of PostgreSQL on files of our own
            command,
            input=typed.encode(),
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=FINISHES_WITHIN,
            check=False,
        )
        output.seek(0)
        said = output.read().decode()
    if finished.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {said[-500:]}")
    return said
