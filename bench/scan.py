"""`make bench`: how fast and how large a scan is, beside the floor of reading and hashing the same bytes.

Prints one row a size: seconds, exchanges a second, peak memory, and the ratio to the floor - DuckDB reading the same
Parquet and hashing its text columns - measured in the same run on the same files. Nothing is asserted: see the
targets in docs/decisions/0007-scale.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from bench.traffic import EXCHANGES_EACH, TEXT_BYTES, write_traffic

SIZES: Final = (250_000, 1_000_000, 4_000_000, 16_000_000)
"""`--sizes 250000 1000000 4000000 16000000` adds the size that the issue asks for; it takes 12 GB of disk."""

_FLOOR: Final = """
import duckdb, sys
query = '''select bit_xor(hash(output_text)), bit_xor(hash(list_transform(input_messages, m -> m.text)))
           from read_parquet(?)'''
db = duckdb.connect(config={'threads': 2})
print(db.execute(query, [sys.argv[1] + '/*.parquet']).fetchall())
"""


def main() -> None:
    """Measure every size, smallest first, so that a short run still tells something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="exchanges to scan")
    parser.add_argument("--accounts", type=int, help=f"accounts in each size (default: one in {EXCHANGES_EACH})")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, {TEXT_BYTES} bytes of text an exchange, {chosen.seed=}")
    print("   exchanges  accounts   scan s     per s  peak GB  floor s  ratio  us each of first")
    first = 0.0
    for size in chosen.sizes:
        accounts = chosen.accounts or size // EXCHANGES_EACH
        with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
            world = Path(folder) / "world"
            world.mkdir()
            write_traffic(world, exchanges=size, accounts=accounts, seed=chosen.seed)
            _warm(world)
            floor, _ = timed([sys.executable, "-c", _FLOOR, str(world / "exchanges")])
            seconds, memory = timed(scan_command(world, Path(folder) / "out"))
        each = seconds / size
        first = first or each
        print(
            f"{size:>12,} {accounts:>9,} {seconds:>8.1f} {size / seconds:>9,.0f} {memory:>8.2f} {floor:>8.1f}"
            f" {seconds / floor:>6.1f} {each * 1e6:>8.1f} {each / first:>8.2f}",
            flush=True,
        )


def scan_command(world: Path, out: Path) -> list[str]:
    """The command that scans what `write_traffic` wrote."""
    scan = [sys.executable, "-c", "from stillwatch.cli.main import main; main()", "scan", str(world / "exchanges")]
    return [*scan, "--accounts", str(world / "accounts.parquet"), "--out", str(out)]


def _warm(world: Path) -> None:
    """Compile the kernels and fill the page cache before anything is timed."""
    for path in (world / "exchanges").iterdir():
        path.read_bytes()
    first = min((world / "exchanges").iterdir())
    timed([*scan_command(world, world / "warm")[:4], str(first), "--out", str(world / "warm")])


def timed(command: list[str], patience: float | None = None) -> tuple[float, float]:
    """Seconds and peak memory (GB) of a command as a process of its own; TimeoutExpired after `patience` seconds."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)  # noqa: S603 - our own commands
        alarm = threading.Timer(patience or threading.TIMEOUT_MAX, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode and patience and seconds >= patience:
            raise subprocess.TimeoutExpired(command, patience)
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{command[:4]} failed: {errors.read().decode(errors='replace')[-2000:]}")
    return seconds, usage.ru_maxrss / 1e6


if __name__ == "__main__":
    main()
