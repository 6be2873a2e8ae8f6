"""Titles of posts in Japanese and English, so that 副所長 and Deputy Director are one post."""

from __future__ import annotations

import re

# The first that matches a title wins: the words of a deputy contain those of the head.
_POSTS: tuple[tuple[str, str], ...] = (
    ("deputy director", r"副所長|副センター長|deputy (?:executive )?director"),
    ("deputy chair", r"副会長|副委員長|副議長|副座長|vice[- ]chair\w*|deputy chair\w*"),
    ("secretary general", r"事務局長|secretary[- ]general"),
    ("adviser", r"補佐官|顧問|参与|advis[eo]r"),
    ("director", r"所長|センター長|^(?:executive )?director(?: general)?$"),
    ("chair", r"委員長|座長|会長|議長|^chair\w*"),
    ("president", r"理事長|社長|学長|総長|^president"),
    ("minister", r"大臣|\bminister\b"),
    ("professor", r"教授|professor"),
)
_TITLE = re.compile(
    r"長(?:補佐|代理)?(?:\s*)$|[官員監]$|主査|役員|統括|教授|顧問|大臣|代表|理事|リーダー|フェロー|参与"
    r"|\b(?:director|officer|secretary|president|chair(?:man|woman|person)?|minister|manager|advis[eo]r|head|leader"
    r"|professor|fellow|chief|commissioner|governor)\b",
    re.IGNORECASE,
)


def is_title(text: str) -> bool:
    """Return whether a text names a post."""
    return bool(_TITLE.search(text.strip()))


def post_of(title: str) -> str | None:
    """Return the name of the post that a title stands for in both languages, or None if it is not a common one."""
    bare = title.strip()
    return next((post for post, words in _POSTS if re.search(words, bare, re.IGNORECASE)), None)
