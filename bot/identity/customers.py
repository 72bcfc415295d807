"""A customer's signed identity: a JWT that the shop makes for whoever is signed in there."""

from __future__ import annotations

from collections.abc import Callable

import jwt

from bot.conversation.model import CustomerProfile
from bot.errors import Unauthenticated

ALGORITHM = "HS256"
CLOCK_SKEW_SECONDS = 30


def identity_verifier(secret: str) -> Callable[[str], CustomerProfile]:
    """A function from identity token to profile. The token is HS256 with `sub` and `exp`, and may name `name` and
    `email`; anything else raises `Unauthenticated` `identity_invalid`."""

    def verify(token: str) -> CustomerProfile:
        try:
            claims = jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": ["exp", "sub"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            reason = "has expired" if isinstance(error, jwt.ExpiredSignatureError) else "is not valid"
            raise Unauthenticated(f"The identity token {reason}.", code="identity_invalid") from None
        return CustomerProfile(
            external_id=str(claims["sub"]),
            name=_text(claims.get("name")),
            email=_text(claims.get("email")),
            verified=True,
        )

    return verify


def _text(value: object) -> str | None:
    return value.strip()[:320] or None if isinstance(value, str) else None
