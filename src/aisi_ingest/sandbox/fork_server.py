"""The main process's side of the fork server (``server``): start it, send it requests, replace it if it has ended."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading

from aisi_ingest.sandbox import confinement, server

_LOG = logging.getLogger(__name__)
_START = "import sys; sys.path[:] = {path!r}; from aisi_ingest.sandbox.server import main; main({descriptor})"


class ForkServer:
    """A fork server. One request is in progress at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._missing: tuple[str, ...] | None = None
        self._loaded: list[tuple[bytes, bytes]] = []  # again, by one that takes the place of a killed one
        self._start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def _start(self) -> None:
        self._channel, other_end = socket.socketpair()
        code = _START.format(path=sys.path, descriptor=other_end.fileno())
        with other_end:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-c", code],
                env=confinement.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(other_end.fileno(),),
            )

    def request(self, command: bytes, number: int = 0, descriptors: tuple[int, ...] = (), data: bytes = b"") -> int:
        """Send a request and return its response. A fork server that has ended is replaced.

        Raises:
            OSError: The new fork server does not respond either.
        """
        with self._lock:
            try:
                return self._send(command, number, descriptors, data)
            except OSError:
                if self._stopped or command == server.TERMINATE:  # the exit code of its workers is lost
                    raise
                if self._process.poll() not in (None, -signal.SIGKILL):
                    raise  # it could not start, and has reported why
                self._channel.close()
                self._start()
                for earlier, loaded in self._loaded:
                    self._send(earlier, len(loaded), (), loaded)
                return self._send(command, number, descriptors, data)

    def load(self, command: bytes, data: bytes) -> None:
        """Load something for all later workers (``server.IMPORT`` or ``server.PREPARE``).

        Raises:
            OSError: As ``request``.
        """
        self.request(command, len(data), data=data)
        self._loaded.append((command, data))

    def _send(self, command: bytes, number: int, descriptors: tuple[int, ...], data: bytes) -> int:
        socket.send_fds(self._channel, [command + server.NUMBER.pack(number)], list(descriptors))
        self._channel.sendall(data)
        response = self._channel.recv(server.NUMBER.size, socket.MSG_WAITALL)
        if len(response) < server.NUMBER.size:
            raise ConnectionResetError("the fork server has ended")
        return int(server.NUMBER.unpack(response)[0])

    def missing(self) -> tuple[str, ...]:
        """Return the mechanisms of confinement that this system lacks. The first call also logs them."""
        if self._missing is None:
            bits = self.request(server.MISSING)
            self._missing = tuple(each for bit, each in enumerate(confinement.MECHANISMS) if bits >> bit & 1)
            for each in self._missing:
                _LOG.warning("workers are not fully confined: %s", confinement.consequence(each))
        return self._missing

    def stop(self) -> None:
        """End it and wait for it."""
        with self._lock:
            self._stopped = True
            self._channel.close()  # this ends it
        self._process.wait()
