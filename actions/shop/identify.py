"""Order numbers and e-mail addresses as customers write them, in the one form in which they are compared."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

_NUMBER = re.compile(r"(?:order|no\.?|number|nr\.?|fh|#|:|-|\s)*(\d{4,6})", re.IGNORECASE)


def order_number_of(text: str) -> str | None:
    """The digits of '#1042', 'FH-1042', 'order no 1042'; None if it is no order number (four to six digits)."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip().rstrip(".,;!?"))
    return match[1] if match and match[1].isascii() else None


def email_key(text: str) -> str:
    """The address without outer spaces and in one case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def same_email(stored: str, given: str) -> bool:
    """Whether two addresses are the same, in a time that does not depend on how much of them agrees."""
    return hmac.compare_digest(_digest(stored), _digest(given))


def _digest(email: str) -> bytes:
    return hashlib.sha256(email_key(email).encode()).digest()
