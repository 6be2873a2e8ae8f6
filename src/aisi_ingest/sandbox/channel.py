"""Send and receive whole messages over a stream socket: eight bytes of length, then the message."""

from __future__ import annotations

import os
import socket
import struct
import time

_LENGTH = struct.Struct("=Q")
_PART = 1 << 20  # bytes received at a time: a length that is only claimed reserves no memory


class TooLong(Exception):
    """The other side announced a longer message than is allowed."""


class Channel:
    """The main process's end of a connection to a worker, which may be hostile: every step has a deadline."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def ask(self, request: bytes, seconds: float, limit: int) -> bytes:
        """Send a request and receive the answer.

        Args:
            request: The request.
            seconds: Time for all of it.
            limit: Bytes of the answer.

        Raises:
            TimeoutError: The time is over.
            EOFError: The other side has ended.
            OSError: The connection is broken.
            TooLong: The answer is longer than ``limit``.
        """
        until = time.monotonic() + seconds
        self.send(request, until)
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, until))
        if length > limit:
            raise TooLong(f"{length} bytes")
        return bytes(self._receive(length, until))

    def send(self, message: bytes, until: float) -> None:
        """Send a message. Raises the same exceptions as ``ask``."""
        self._wait(until)
        self._socket.sendall(_LENGTH.pack(len(message)) + message)

    def send_with_descriptor(self, message: bytes, descriptor: int, seconds: float) -> None:
        """Send a message together with an open file. Raises the same exceptions as ``ask``."""
        self._socket.settimeout(seconds)
        socket.send_fds(self._socket, [_LENGTH.pack(len(message))], [descriptor])
        self._socket.sendall(message)

    def close(self) -> None:
        """Close the connection, which ends the other side."""
        self._socket.close()

    def _receive(self, size: int, until: float) -> bytearray:
        received = bytearray()
        while len(received) < size:
            self._wait(until)
            part = self._socket.recv(min(_PART, size - len(received)))
            if not part:
                raise EOFError
            received += part
        return received

    def _wait(self, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def read_message(descriptor: int) -> bytes:
    """In a worker: receive a message of the main process.

    Raises:
        EOFError: The main process has closed the connection.
    """
    (length,) = _LENGTH.unpack(_read(descriptor, _LENGTH.size))
    return _read(descriptor, length)


def read_message_with_descriptor(connection: int) -> tuple[bytes, int]:
    """In a worker: receive a message and the descriptor of the open file that is sent with it.

    Raises:
        EOFError: The main process has closed the connection.
    """
    with socket.socket(fileno=os.dup(connection)) as receiver:
        header, descriptors, _, _ = socket.recv_fds(receiver, _LENGTH.size, 1)
    if len(header) < _LENGTH.size or not descriptors:
        raise EOFError
    return _read(connection, *_LENGTH.unpack(header)), descriptors[0]


def write_message(descriptor: int, message: bytes) -> None:
    """In a worker: send a message to the main process."""
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(descriptor, min(size, _PART))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
