"""Run a command in which the machine's fonts are hidden, or replaced by given ones.

``python tests/support/hidden_fonts.py COMMAND [ARGUMENT ...]`` runs a command without any font. It needs Linux, and
root or the right to create user namespaces; otherwise it prints the reason and exits with code 69.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

UNAVAILABLE = 69  # EX_UNAVAILABLE, sysexits.h

# The folders in which PDFium searches on Linux, and those of fontconfig. /usr/local/share is covered as a whole, so
# that its folder "fonts" can be filled even if it does not exist.
_LOCAL = "/usr/local/share"
_FOLDERS = ("/usr/share/fonts", "/usr/share/X11/fonts", "~/.fonts", "~/.local/share/fonts")
_SCRIPT = f"""
set -e
fonts=$1
shift
mount -t tmpfs none {_LOCAL}
mkdir {_LOCAL}/fonts {_LOCAL}/none
for folder in {" ".join(_FOLDERS)}; do
    if [ -d "$folder" ]; then mount --bind {_LOCAL}/none "$folder"; fi
done
if [ -n "$fonts" ]; then mount --bind "$fonts" {_LOCAL}/fonts; fi
exec "$@"
"""


def with_fonts(command: Sequence[str], folder: Path | None = None) -> list[str]:
    """Return the command line that runs ``command`` with the fonts in ``folder``, or without any, in a namespace."""
    users = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *users, "--mount", "sh", "-c", _SCRIPT, "sh", str(folder or ""), *command]


@functools.cache
def unavailable() -> str:
    """Explain why fonts cannot be hidden on this machine; "" if they can."""
    if shutil.which("unshare") is None:
        return "fonts cannot be hidden: there is no command unshare"
    done = subprocess.run(with_fonts(["true"]), capture_output=True, text=True, check=False)
    return f"fonts cannot be hidden: {done.stderr.strip()}" if done.returncode else ""


if __name__ == "__main__":
    if reason := unavailable():
        print(reason, file=sys.stderr)
        sys.exit(UNAVAILABLE)
    command = with_fonts(sys.argv[1:])
    os.execvp(command[0], command)
