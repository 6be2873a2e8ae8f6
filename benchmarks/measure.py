"""Run whole processes in turn and say what each took.

This module stays small in memory: on Linux a child's peak memory counts from its parent's at the fork.
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
    """A measured command ended with an error, or ran out of time: the last line it wrote says why."""


@dataclass(frozen=True)
class Run:
    """One process from its start to its end, with those it started."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, of all cores
    peak: float  # MiB, resident, of the largest process
    said: dict[str, Any] = field(default_factory=dict)  # the JSON object on the last line it printed, if there was one

    @property
    def work(self) -> float:
        """Seconds of work without start-up, by the process's own count; the whole where it does not say."""
        return float(self.said.get("work", self.wall))


@dataclass(frozen=True)
class Runs:
    """Several runs of one command; figures are medians."""

    runs: tuple[Run, ...]

    def median(self, what: str) -> float:
        return float(statistics.median(getattr(run, what) for run in self.runs))

    @property
    def spread(self) -> float:
        """Half the range over the median, of wall clock: how far to trust the ratio."""
        walls = [run.wall for run in self.runs]
        return (max(walls) - min(walls)) / 2 / statistics.median(walls)


def run(command: Command, *, seconds: float = 3600) -> Run:
    """Run a command to its end. Raises Failed where it ends with an error, or takes longer than ``seconds``."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        while True:  # wait4 has no time limit of its own
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
        said = out.read().strip().splitlines()
        if process.returncode:
            lines = [line for line in err.read().splitlines() if line.strip()] or said or ["no message"]
            raise Failed(f"exit code {process.returncode}: {lines[-1].strip()[:200]}")
        result: dict[str, Any] = {}
        if said and said[-1].startswith("{"):
            result = json.loads(said[-1])
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, result)


def in_turn(
    commands: Mapping[str, Command],
    rounds: int,
    *,
    seconds: float = 3600,
    before: Callable[[str], None] = lambda name: None,
) -> dict[str, Runs | Failed]:
    """Run the commands one after the other, ``rounds`` times over, so that a busy machine is busy for all.

    ``before`` is called with the command's name ahead of each run. A command that fails is named and left out of
    the rounds that follow.
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
