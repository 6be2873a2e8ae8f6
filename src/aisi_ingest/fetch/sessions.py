"""Remove the session of a visit from an address: with it, each visit would find every document at a new address."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

# Names by which web frameworks carry a session: Java, PHP, ASP, ColdFusion, osCommerce, Zen Cart and others.
_SESSION_NAME = (
    r"(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|jservsessionid\w*|sessionid"
    r"|session_id|sessid|php_?session_?id|oscsid|zenid|wosid|sesskey)"
)
_SESSION_KEY = re.compile(_SESSION_NAME, re.IGNORECASE)
# Names that may also select the document, in an address whose path does not already name it.
_SHORT_SESSION_KEY = re.compile("sid|session|sess|_sid|xtcsid", re.IGNORECASE)
_PATH_SESSION = re.compile(rf";{_SESSION_NAME}=[^/;]*", re.IGNORECASE)
_ASP_NET_SESSION = re.compile(r"/\((?:[AFSX]\([\w-]+\)){1,4}\)(?=/)")  # /(S(lit3py55t21z5v55vlm25s55))/list.aspx
_DOCUMENT_PATH = re.compile(r"\.(?:pdf|pptx)$", re.IGNORECASE)


def without_session(url: str) -> str:
    """Return a canonical address without the parameters that carry a session, in its path and in its query."""
    parts = urlsplit(url)
    path = _ASP_NET_SESSION.sub("", _PATH_SESSION.sub("", parts.path)) or "/"
    names_document = bool(_DOCUMENT_PATH.search(unquote(path)))
    kept = [field for field in parts.query.split("&") if not _is_session(field, names_document)]
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(kept), ""))


def _is_session(field: str, path_names_document: bool) -> bool:
    key, equals, _ = field.partition("=")
    if not equals:
        return False
    return bool(_SESSION_KEY.fullmatch(key) or (path_names_document and _SHORT_SESSION_KEY.fullmatch(key)))
