"""A mail without attached documents is itself the document: its own text, from the richest readable part."""

from __future__ import annotations

import contextlib
from datetime import date
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from matcher.read.containers import parse_mail
from matcher.read.draft import Draft
from matcher.read.html import read_html
from matcher.read.limits import Limits
from matcher.read.plain import read_plain


def read_mail(data: bytes, draft: Draft, limits: Limits) -> date | None:
    """Add the body of a mail and return the day on which it was sent."""
    message = parse_mail(data)
    part = message.get_body(preferencelist=("plain", "html"))
    if isinstance(part, EmailMessage):
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        charset = part.get_content_charset() or "utf-8"
        if charset.lower() not in ("utf-7", "unicode-1-1-utf-7"):
            with contextlib.suppress(LookupError):  # a charset nobody knows: the bytes are judged by themselves
                body = body.decode(charset, "replace").encode("utf-8")
        read_html(body, draft) if part.get_content_subtype() == "html" else read_plain(body, draft)
    return sent(message)


def sent(message: EmailMessage) -> date | None:
    """Return the day on which a mail says it was sent."""
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).date()
    except (ValueError, TypeError, IndexError):
        return None
