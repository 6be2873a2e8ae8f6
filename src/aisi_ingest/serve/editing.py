"""Write corrections that a page of the viewer sends, for ``aisi-ingest serve --edit``."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aisi_ingest.corrections.reading import CorrectionsError, parse
from aisi_ingest.corrections.writing import append

CORRECTIONS_PATH = "/api/corrections"
_LARGEST_BODY = 64 * 1024  # bytes; an entry of five texts of the greatest length has less


class Proposal(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends.

    Attributes:
        work: Id of the work, by which the file is named.
        entries: TOML, as in a file in ``corrections/``.
    """

    work: str
    entries: str


class Editing:
    """Answers requests to write corrections.

    A page of another site cannot know the token, and ``Guard`` has refused its Origin before.

    Args:
        root: The root folder.
        token: What a request must have in its header ``Authorization: Bearer``.
    """

    def __init__(self, root: Path, token: str) -> None:
        self._root, self._token = root, token

    async def write(self, request: Request) -> Response:
        """Write the entries of a request into ``corrections/`` of the root."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return _refused(
                403, "the token is missing or wrong; open the address that aisi-ingest serve --edit printed"
            )
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_BODY:
                return _refused(413, f"larger than {_LARGEST_BODY // 1024} KiB")
        try:
            proposal = msgspec.json.decode(body, type=Proposal)
            entries = parse(proposal.entries, "the proposal")
            path = append(self._root, proposal.work, [entry.correction for entry in entries])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return _refused(400, f"not a proposal: {error}")
        except CorrectionsError as error:
            return _refused(422, str(error))
        except OSError as error:
            return _refused(500, f"cannot be written: {error.strerror or error}")
        return JSONResponse({"file": path.name, "entries": len(entries)})


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"detail": reason}, status)
