"""Limits of one call, and the variables of the environment that change them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct, structs

GIB = 1 << 30


class Limits(Struct, frozen=True):
    """Limits for one document. The defaults are several times what a report of 300 pages needs.

    Attributes:
        wall_seconds: Wall-clock time of one call, from the first byte of the request to the last of the answer.
        cpu_seconds: Processor time of one call.
        address_space: Address space of a worker in bytes. The OCR engine alone maps about 2 GB.
        answer_bytes: Size of an answer. That of a report of 300 pages has 5 MB.
    """

    wall_seconds: float = 300.0
    cpu_seconds: int = 240
    address_space: int = 6 * GIB
    answer_bytes: int = 512 << 20


class LimitsError(ValueError):
    """A limit in the environment is not a number or too small. The message names the variable."""


# Variable: field of Limits, unit, least number. Environment variables also reach workers on other machines.
_ENVIRONMENT = {
    "AISI_INGEST_WALL_SECONDS": ("wall_seconds", 1, 1),
    "AISI_INGEST_CPU_SECONDS": ("cpu_seconds", 1, 1),
    "AISI_INGEST_MEMORY_GIB": ("address_space", GIB, 1),
}


def limits_from_environment(environment: Mapping[str, str] | None = None) -> Limits:
    """Return the limits set in the environment, with defaults for the others.

    Args:
        environment: The variables; by default those of this process.

    Raises:
        LimitsError: A limit is not a number or too small.
    """
    variables = os.environ if environment is None else environment
    changed = {}
    for name, (field, unit, least) in _ENVIRONMENT.items():
        if name not in variables:
            continue
        try:
            number = int(variables[name])
        except ValueError:
            number = 0
        if number < least:
            raise LimitsError(f"{name} is {variables[name]!r}, but must be a whole number of at least {least}")
        changed[field] = number * unit
    return structs.replace(Limits(), **changed)
