"""The optional signature of a release: ``SHA256SUMS.minisig``, made by the program ``minisign``.

The sums cover every other file, so one signature is enough. The key is named by a variable of the environment, because
a release is published by commands, by flows and by other programs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from aisi_ingest.storage.release_files import SIGNATURE, SUMS

VARIABLE = "AISI_INGEST_SIGNING_KEY"
_PROGRAM = "minisign"
_SECONDS = 60  # signing takes a fraction of a second; a key with a password waits for one


class SignatureError(OSError):
    """A release cannot be signed. The message is one sentence with the reason and the way out."""


def signing_key(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the file of the secret key that releases are signed with; None if they are not signed.

    Args:
        environment: The variables; by default those of this process.

    Raises:
        SignatureError: There is no such file, or ``minisign`` is not installed.
    """
    named = (os.environ if environment is None else environment).get(VARIABLE)
    if not named:
        return None
    key = Path(named)
    if not key.is_file():
        raise SignatureError(f"{VARIABLE} names {key}, which is no file; minisign -G -W -s {key} makes a key")
    if shutil.which(_PROGRAM) is None:
        raise SignatureError(f"{VARIABLE} is set, but the program minisign is not installed (apt install minisign)")
    return key


def sign(release: Path, name: str, key: Path) -> None:
    """Sign the sums of a release.

    Args:
        release: The folder of the release.
        name: Its id, for the trusted comment of the signature.
        key: The secret key, without a password.

    Raises:
        SignatureError: The key is damaged or needs a password.
    """
    command = [
        _PROGRAM, "-S", "-s", str(key), "-m", str(release / SUMS), "-x", str(release / SIGNATURE),
        "-t", f"aisi-ingest release {name}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SignatureError(f"{key}: minisign could not sign the release: {error}") from error
    if done.returncode or not (release / SIGNATURE).is_file():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else "a key with a password cannot be used; minisign -C -W -s FILE removes it"
        raise SignatureError(f"{key}: minisign could not sign the release: {reason}")
