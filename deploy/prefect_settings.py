"""Write the settings with which the Prefect server accepts only its own clients.

Run ``python deploy/prefect_settings.py FILE [URL]`` once. FILE receives a new password and is readable only by the user
who runs the command. URL is the address of the server in the browser. The server and all its clients need the settings:
as ``EnvironmentFile=`` of systemd, as ``--env-file`` of podman, or in a shell by ``set -a; . FILE; set +a``.

Without these settings any website that a browser on the machine opens could send commands to the server.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

_PASSWORD_BYTES = 32


def settings(origin: str) -> dict[str, str]:
    """Return the settings with a new password, for the server and for its clients."""
    password = f"aisi:{secrets.token_urlsafe(_PASSWORD_BYTES)}"
    return {
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": origin,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def write(path: Path, origin: str) -> None:
    """Write the settings to a new file that only its owner can read. Raises FileExistsError where it exists."""
    text = "".join(f"{name}={value}\n" for name, value in settings(origin).items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the settings that protect the Prefect server.")
    parser.add_argument("file", type=Path, help="file to create")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:4200", help="address of the server in the browser")
    arguments = parser.parse_args()
    try:
        write(arguments.file, arguments.url.rstrip("/"))
    except OSError as error:
        sys.exit(f"{arguments.file}: cannot be written: {error.strerror}; an existing file is never replaced")
    print(f"wrote {arguments.file}")


if __name__ == "__main__":
    main()
