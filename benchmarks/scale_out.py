"""Compare two Dask workers with one, and measure a second run over an unchanged site."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measure, whole
from benchmarks.corpus import ROOT
from benchmarks.figures import WORK, Bench
from benchmarks.measure import Failed
from benchmarks.results import Section, seconds
from benchmarks.whole import fresh

HOME = WORK / "scale-out"
_DOCUMENTS = 1000  # on the unchanged site


def dask(bench: Bench) -> Section:
    """Run the flow with one and with two Dask workers. Each worker has one thread and one reader."""
    rounds = 1 if bench.quick else 3
    columns = ("workers", "seconds", "times one", "goal")
    kept: dict[int, list[float]] = {1: [], 2: []}
    try:
        with _serving(_site(bench.corpus.files)) as address, _serving(ROOT / "samples" / "site") as small:
            for _ in range(rounds):
                for count, took in kept.items():
                    took.append(_on_dask((small, address), count))
        after, beside = whole.bound(bench.corpus.files, True, 1)
    except Failed as error:
        return Section("Dask workers", columns, (), f"Not measured: {error}")
    one, two = (statistics.median(kept[count]) for count in (1, 2))
    rows = (
        ("1", seconds(one), "1", ""),
        ("2", seconds(two), _gain(one / two, 1.6), "1.6"),
        ("limit: 2 independent runs of 1 worker, without Dask", seconds(beside), f"{after / beside:.2f}", ""),
    )
    note = (
        f"{len(bench.corpus.files)} files over HTTP from loopback to a release, as reported by the flow. The workers "
        "had run the sample site before, so that their imports were done. "
        f"Medians of {rounds}; the limit was measured once."
    )
    return Section("Dask workers", columns, rows, note)


def unchanged(bench: Bench) -> Section:
    """Compare a second run over unchanged documents with its bare requests."""
    count = 100 if bench.quick else _DOCUMENTS
    site, root = HOME / f"site-{count}", HOME / "unchanged"
    if not site.exists():
        measure.run([sys.executable, "-m", "benchmarks.synthetic", "site", str(site), str(count)])
        links = "".join(f'<li><a href="{path.name}">{path.stem}</a></li>' for path in sorted(site.glob("*.pdf")))
        (site / "index.html").write_text(f'<html lang="en"><body><ul>{links}</ul></body></html>', encoding="utf-8")
    fresh(root)
    columns = ("what", "seconds", "goal, s")
    title = "A site where nothing has changed"
    with _serving(site) as address:
        command = [sys.executable, "-m", "aisi_ingest.cli", "run", "--index", address, "--root", str(root), "--no-ocr"]
        first = measure.run(command)
        again = measure.in_turn({"again": command, "bare": [sys.executable, "-c", _BARE, address, str(root)]}, 3)
    for runs in again.values():
        if isinstance(runs, Failed):
            return Section(title, columns, (), f"Not measured: {runs}")
    second, bare = (again[name].median("wall") for name in ("again", "bare"))  # type: ignore[union-attr]
    beyond = second - bare
    rows = (
        ("first run", seconds(first.wall), ""),
        ("second run", seconds(second), ""),
        ("its requests alone, one after the other, without delay", seconds(bare), ""),
        ("the second run without its requests", f"**{seconds(beyond)}**" if beyond > 5 else seconds(beyond), "5"),
    )
    return Section(title, columns, rows, f"{count} documents of one page; `aisi-ingest run` from start to end.")


# The conditional requests of a second run, from the ledger, with the library that fetches.
_BARE = """
import json, sys, httpx
known = {}
for line in open(sys.argv[2] + "/raw/receipts.jsonl", encoding="utf-8"):
    row = json.loads(line)
    if row.get("last_modified"):
        known[row["url"]] = {"If-Modified-Since": row["last_modified"]}
with httpx.Client() as client:
    statuses = [client.get(url, headers=headers).status_code for url, headers in known.items()]
assert set(statuses) == {304}, set(statuses)
"""


def _gain(ratio: float, goal: float) -> str:
    return f"{ratio:.2f}" if ratio >= goal else f"**{ratio:.2f}**"


def _site(files: tuple[Path, ...]) -> Path:
    return next(folder for folder in files[0].parents if (folder / "index.html").exists())


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """Serve a folder with Python's web server, which answers 304 by date, in its own process."""
    port = _free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _listening(port, 10)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _listening(port: int, most: float) -> None:
    """Wait until a server answers at the port.

    Raises:
        Failed: No server answers within ``most`` seconds.
    """
    end = time.monotonic() + most
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise Failed(f"waited {most:.0f} s for port {port} to answer")


def _on_dask(addresses: tuple[str, ...], count: int) -> float:
    """Run the flow over the sites in turn with ``count`` workers and return the seconds of the last one.

    Raises:
        Failed: A process does not start or the flow fails.
    """
    root = HOME / f"dask-{count}"
    fresh(root)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(HOME / "prefect"), "DO_NOT_TRACK": "1"}
    environment |= {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",  # as docs/operations.md recommends
        "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    }
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str, *words: str) -> Path:
        log = root / f"{name}.log"
        command = [sys.executable, "-m", *words]
        with log.open("w") as out:
            processes.append(subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True))
        return log

    try:
        port = _free_port()
        environment["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        start("server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui")
        _listening(port, 180)
        log = start("scheduler", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        scheduler = _wait_for_log(log, r"Scheduler at:\s+(tcp://\S+)", 60)
        for number in range(count):
            folder = str(root / f"worker{number}")
            words = ("--no-nanny", "--nthreads", "1", "--local-directory", folder, "--no-dashboard")
            _wait_for_log(start(f"worker{number}", "dask", "worker", scheduler, *words), r"(Registered to)", 60)
        took = 0.0
        for number, address in enumerate(addresses):
            took = _flow(address, root / f"site{number}", scheduler, environment)
        return took
    except subprocess.TimeoutExpired:
        raise Failed("the flow took longer than half an hour") from None
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _flow(address: str, root: Path, scheduler: str, environment: dict[str, str]) -> float:
    """Return the seconds of one run of the flow, as it reports them."""
    root.mkdir()
    sources = root / "sources.toml"
    sources.write_text(
        f'[[source]]\nid = "site"\nindex = ["{address}"]\nallow_private = true\ndelay = 0.0\n'
        'licence = { name = "unknown", url = "https://example.org/", attribution = "the publishers" }\n',
        encoding="utf-8",
    )
    flow = [str(ROOT / "flows" / "ingest.py"), "--sources", str(sources), "--root", str(root)]
    command = [sys.executable, *flow, "--runner", "dask", "--scheduler", scheduler]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1800)
    found = re.findall(r"published release \S+ \(([\d.]+) s\)", done.stdout + done.stderr)
    if done.returncode or not found:
        raise Failed(f"the flow ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-300:]}")
    return float(found[-1])


def _wait_for_log(log: Path, pattern: str, most: float) -> str:
    """Wait for a pattern in a log and return its group.

    Raises:
        Failed: The pattern does not appear within ``most`` seconds.
    """
    end = time.monotonic() + most
    while time.monotonic() < end:
        if match := re.search(pattern, log.read_text(encoding="utf-8", errors="replace")):
            return match.group(1)
        time.sleep(0.2)
    raise Failed(f"waited {most:.0f} s for {pattern} in {log.name}")
