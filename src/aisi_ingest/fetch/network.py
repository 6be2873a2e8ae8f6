"""Connections that refuse private addresses and end in time: what stands under httpx.

A name is looked up once and the address that was checked is the one that is connected to; a check apart
from the connection would let a name point elsewhere in between.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx


class PrivateAddress(Exception):
    """A host has an address that is not for the public network: one sentence."""


class Deadline:
    """When the request under way must have ended, by the monotonic clock."""

    def __init__(self) -> None:
        self.at = float("inf")

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        return self.at - time.monotonic()


class GuardedNetwork(httpcore.NetworkBackend):
    """Looks up names, refuses addresses, dials, and holds every read and write to the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.allow_private = False  # set before each request, for the source it belongs to
        self._sockets = httpcore.SyncBackend()

    def addresses(self, host: str, port: int) -> list[str]:
        """IP addresses of a host, in the system's order. Raises OSError where there are none."""
        return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))

    def dial(self, address: str, port: int, timeout: float | None, **options: Any) -> httpcore.NetworkStream:
        """Connect to an address that was checked."""
        return self._sockets.connect_tcp(address, port, timeout=timeout, **options)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"no address for {host}: {error.strerror or error}") from error
        if not self.allow_private:
            for address in addresses:
                if not is_public(address):
                    raise PrivateAddress(f"{host} has the private address {address}")
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                timeout = _shorter(timeout, self.deadline)
                stream = self.dial(address, port, timeout, local_address=local_address, socket_options=socket_options)
                return _TimedStream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no sockets of the file system")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline: a timeout for each alone never ends a drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _shorter(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _shorter(timeout, self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _shorter(timeout, self._deadline))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _shorter(timeout: float | None, deadline: Deadline) -> float | None:
    left = deadline.left()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return left if timeout is None else min(timeout, left)


def is_public(address: str) -> bool:
    """True for an IP address of the public network, also inside an IPv6 one that carries an IPv4 one."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # 0.1 s


def transport(network: GuardedNetwork) -> httpx.HTTPTransport:
    """httpx over that network: one connection a host at a time, certificates checked."""
    made = httpx.HTTPTransport(verify=_certificates())
    # httpx gives no way to name the network of its connection pool; the attribute stands since its 0.13.
    made._pool = httpcore.ConnectionPool(
        ssl_context=_certificates(),
        max_connections=10,
        max_keepalive_connections=5,
        keepalive_expiry=15.0,
        network_backend=network,
    )
    return made
