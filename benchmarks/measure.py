"""Run processes in turn and measure the time and memory of each.

This module uses little memory: on Linux, the peak memory of a child starts with that of its parent at the fork.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Command = Sequence[str]


class Failed(Exception):
    """A measured command failed or took too long. The message contains its last line of output."""


@dataclass(frozen=True)
class Run:
    """One process from start to end, including its child processes."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, of all cores
    peak: float  # MiB, resident, of the largest process
    output: dict[str, Any] = field(default_factory=dict)  # the JSON object on the last line it printed, if any

    @property
    def work(self) -> float:
        """Return the seconds of work without start-up, as the process reports them, or else the wall-clock time."""
        return float(self.output.get("work", self.wall))


@dataclass(frozen=True)
class Runs:
    """Several runs of one command. Figures are medians."""

    runs: tuple[Run, ...]

    def median(self, what: str) -> float:
        return float(statistics.median(getattr(run, what) for run in self.runs))

    @property
    def spread(self) -> float:
        """Return half the range divided by the median, of wall-clock time: how much to trust a ratio."""
        walls = [run.wall for run in self.runs]
        return (max(walls) - min(walls)) / 2 / statistics.median(walls)


def run(command: Command, *, seconds: float = 3600) -> Run:
    """Run a command and measure it.

    Raises:
        Failed: The command ends with an error or takes longer than ``seconds``.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        while True:  # wait4 has no timeout
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            wall = time.perf_counter() - began
            if pid:
                break
            if wall > seconds:
                process.kill()
                os.wait4(process.pid, 0)
                raise Failed(f"took longer than {seconds:.0f} s")
            time.sleep(0.002 if wall < 2 else 0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed = out.read().strip().splitlines()
        if process.returncode:
            lines = [line for line in err.read().splitlines() if line.strip()] or printed or ["no message"]
            raise Failed(f"exit code {process.returncode}: {lines[-1].strip()[:200]}")
        result: dict[str, Any] = {}
        if printed and printed[-1].startswith("{"):
            result = json.loads(printed[-1])
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, result)


def in_turn(
    commands: Mapping[str, Command],
    rounds: int,
    *,
    seconds: float = 3600,
    before: Callable[[str], None] = lambda name: None,
) -> dict[str, Runs | Failed]:
    """Run the commands in turn, ``rounds`` times, so that other load on the machine affects all of them.

    ``before`` is called with the command's name before each run. A command that fails is reported and skipped in the
    following rounds.
    """
    kept: dict[str, list[Run]] = {name: [] for name in commands}
    failed: dict[str, Failed] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            if name in failed:
                continue
            try:
                before(name)
                kept[name].append(run(command, seconds=seconds))
            except (Failed, OSError) as error:
                failed[name] = error if isinstance(error, Failed) else Failed(str(error))
    return {name: failed[name] if name in failed else Runs(tuple(runs)) for name, runs in kept.items()}
