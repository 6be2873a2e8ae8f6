"""Connections for httpx that refuse private addresses and end at a deadline.

A host name is resolved once, and the connection goes to the IP address that was checked. With a check separate from
the connection, the name could resolve to another address in between.
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

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # IPv6 addresses that carry an IPv4 address (RFC 6052)
_IPV4_MASK = 0xFFFFFFFF
# Other IPv6 addresses are not of the public network: IPv4-compatible (::127.0.0.1), translated (::ffff:0:127.0.0.1),
# local NAT64 (64:ff9b:1::/48), site-local (fec0::/10), segment routing (5f00::/16), private, multicast.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291
_NOT_ROUTED = (ipaddress.ip_network("2001:db8::/32"), ipaddress.ip_network("3fff::/20"))  # documentation, RFC 9637
_RELAY_ANYCAST = ipaddress.ip_network("192.88.99.0/24")  # of 6to4, RFC 7526
_ISATAP = 0x00005EFE  # the first half of an interface identifier that ends with an IPv4 address (RFC 5214)
_ISATAP_MASK = 0xFDFFFFFF  # without the bit that says whether the IPv4 address is unique
_MAX_CONNECTIONS = 10
_MAX_KEPT_CONNECTIONS = 5
_KEEPALIVE_SECONDS = 15.0


class PrivateAddress(Exception):
    """A host has an IP address that is not of the public network. The message is one sentence."""


class Deadline:
    """The time when the current request must have ended, by the monotonic clock."""

    def __init__(self) -> None:
        self.at = float("inf")

    def start(self, seconds: float) -> None:
        """Set the deadline to this many seconds from now."""
        self.at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds until the deadline; below zero after it."""
        return self.at - time.monotonic()


class GuardedNetwork(httpcore.NetworkBackend):
    """Resolves host names, refuses private addresses, connects, and ends each read and write at the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.allow_private = False  # set before each request, from its source
        self._sockets = httpcore.SyncBackend()

    def resolve(self, host: str, port: int) -> list[str]:
        """Return the IP addresses of a host, in the order of the system. Raises OSError where there are none."""
        return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))

    def connect(self, address: str, port: int, timeout: float | None, **options: Any) -> httpcore.NetworkStream:
        """Connect to an IP address that was checked."""
        return self._sockets.connect_tcp(address, port, timeout=timeout, **options)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve a host, check all its addresses, and connect to the first that accepts.

        Raises:
            PrivateAddress: One of its addresses is private, and the source does not allow that.
            httpcore.ConnectError: The host has no address, or none accepts a connection.
        """
        try:
            addresses = self.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"no address for {host}: {error.strerror or error}") from error
        if not self.allow_private:
            for address in addresses:
                if not is_public(address):
                    raise PrivateAddress(f"{host} has the private address {address}")
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses:
            try:
                timeout = _limited(timeout, self.deadline)
                stream = self.connect(
                    address, port, timeout, local_address=local_address, socket_options=socket_options
                )
                return _TimedStream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        """Refuse: sources are hosts on the network."""
        raise httpcore.ConnectError("Unix sockets are not allowed")

    def sleep(self, seconds: float) -> None:
        """Wait before the next request."""
        time.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline.

    A timeout for each read alone would never end a response that sends one byte at a time.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _limited(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _limited(timeout, self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _limited(timeout, self._deadline))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _limited(timeout: float | None, deadline: Deadline) -> float | None:
    """Return a timeout in seconds that ends at the deadline. Raises ReadTimeout after the deadline."""
    remaining = deadline.remaining()
    if remaining <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return remaining if timeout is None else min(timeout, remaining)


def is_public(address: str) -> bool:
    """Return True for an IP address of the public network; for an IPv6 address that carries an IPv4 one, of that."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and ip not in _RELAY_ANYCAST
    inner = _carried_ipv4(ip)
    if inner is not None and not is_public(str(inner)):
        return False
    if ip.ipv4_mapped or ip in _NAT64:
        return True
    in_use = ip in _GLOBAL_UNICAST and not any(ip in network for network in _NOT_ROUTED)
    return in_use and (inner is not None or ip.is_global)


def _carried_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that packets to an IPv6 address are sent to in the end, or None."""
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    is_isatap = (int(ip) >> 32) & _ISATAP_MASK == _ISATAP
    if inner is None and (is_isatap or ip in _NAT64):
        return ipaddress.IPv4Address(int(ip) & _IPV4_MASK)
    return inner


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # takes 0.1 s


def transport(network: GuardedNetwork) -> httpx.HTTPTransport:
    """Return an httpx transport that uses this network and checks certificates."""
    made = httpx.HTTPTransport(verify=_certificates())
    # httpx has no option for the network backend of its connection pool. The attribute exists since httpx 0.13.
    made._pool = httpcore.ConnectionPool(
        ssl_context=_certificates(),
        max_connections=_MAX_CONNECTIONS,
        max_keepalive_connections=_MAX_KEPT_CONNECTIONS,
        keepalive_expiry=_KEEPALIVE_SECONDS,
        network_backend=network,
    )
    return made
