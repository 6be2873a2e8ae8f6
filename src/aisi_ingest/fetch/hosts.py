"""The state of each host during a run: delays between requests, failures in a row, hosts that are given up."""

from __future__ import annotations

import time
from collections.abc import Mapping

from msgspec import Struct

_MAX_FAILURES = 5  # addresses of one host in a row; then the host is down, and the run sends it nothing more
_MAX_DELAY = 60.0  # seconds between two requests to a host, whatever the host asks for
_MIN_DELAY_AFTER_429 = 0.5  # seconds


class HostState(Struct, frozen=True):
    """The state of a host, for the next client of the same run, on this machine or another."""

    next_request_at: float = 0.0  # earliest time of the next request, as time.time() gives it
    min_delay: float = 0.0  # seconds between two requests that the host asked for, by robots.txt or status 429
    given_up: str | None = None  # the reason why the run sends it nothing more


class Hosts:
    """The states of all hosts that a client sends requests to.

    Args:
        known: The states after the earlier clients of this run.
    """

    def __init__(self, known: Mapping[str, HostState]) -> None:
        # At most the longest delay: a clock that jumps, or that of another machine, must not stop the run.
        waits = {host: min(each.next_request_at - time.time(), _MAX_DELAY) for host, each in known.items()}
        self._next = {host: time.monotonic() + seconds for host, seconds in waits.items()}  # time of the next request
        self._min_delays = {host: each.min_delay for host, each in known.items()}
        self._given_up = {host: each.given_up for host, each in known.items() if each.given_up}
        self._failures: dict[str, int] = {}  # in a row

    def states(self) -> dict[str, HostState]:
        """Return the state of each host."""
        offset = time.time() - time.monotonic()
        return {
            host: HostState(
                offset + self._next.get(host, 0.0), self._min_delays.get(host, 0.0), self._given_up.get(host)
            )
            for host in {*self._next, *self._min_delays, *self._given_up}
        }

    def wait_seconds(self, host: str) -> float:
        """Return the seconds until the host may be sent the next request; zero or less where it may be now."""
        return self._next.get(host, 0.0) - time.monotonic()

    def request_sent(self, host: str, delay: float) -> None:
        """Set the time of the next request: after ``delay`` seconds, or after more where the host asked for it."""
        self._next[host] = time.monotonic() + max(delay, self._min_delays.get(host, 0.0))

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Apply the crawl delay in robots.txt."""
        self._min_delays[host] = max(self._min_delays.get(host, 0.0), min(_MAX_DELAY, seconds))

    def slow_down(self, host: str) -> None:
        """Double the delay, after a status 429."""
        self._min_delays[host] = min(_MAX_DELAY, max(_MIN_DELAY_AFTER_429, 2 * self._min_delays.get(host, 0.0)))

    def succeeded(self, host: str) -> None:
        """Record that the host answered for an address."""
        self._failures[host] = 0

    def failed(self, host: str) -> None:
        """Record that an address of the host failed in all attempts. After five in a row, the host is given up."""
        self._failures[host] = self._failures.get(host, 0) + 1
        if self._failures[host] >= _MAX_FAILURES:
            self.give_up(host, f"{host} failed {_MAX_FAILURES} times in a row")

    def give_up(self, host: str, reason: str) -> None:
        """Send the host nothing more in this run."""
        self._given_up[host] = reason

    def given_up(self, host: str) -> str | None:
        """Return the reason why the host is given up, or None."""
        return self._given_up.get(host)
