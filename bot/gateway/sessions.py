"""A customer's session: a random token, hashed at rest, that leads to one customer and conversation."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.conversation.model import Conversation, CustomerProfile
from bot.conversation.ports import Clock
from bot.conversation.service import ConversationService
from bot.errors import InvalidInput, Unauthenticated

LIFETIME = timedelta(days=7)
OPERATOR_PROOF_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Session:
    """What a token stands for. `operator` sessions come from the installation's own tools and have no limits."""

    token_hash: str
    customer_id: str
    conversation_id: str
    created_at: datetime
    expires_at: datetime
    operator: bool = False


class SessionStore(Protocol):
    """Where sessions are kept."""

    async def put(self, session: Session) -> None:
        """Store or replace the session of that token."""
        ...

    async def get(self, token_hash: str) -> Session | None:
        """The session of that token, expired or not; None if there never was one."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just opened or resumed; the only time its token is seen in clear."""

    token: str
    session: Session
    conversation: Conversation


class Sessions:
    """Opens, resumes and authenticates customers' sessions."""

    def __init__(
        self,
        store: SessionStore,
        conversations: ConversationService,
        clock: Clock,
        verify_identity: Callable[[str], CustomerProfile] | None,
        admit: Callable[[], None] = lambda: None,
    ) -> None:
        """`admit` raises when no new customers can be taken on."""
        self._store = store
        self._conversations = conversations
        self._clock = clock
        self._verify_identity = verify_identity
        self._admit = admit

    async def open(
        self,
        *,
        session_token: str | None = None,
        identity_token: str | None = None,
        locale: str | None = None,
        page_url: str | None = None,
        operator: bool = False,
    ) -> OpenedSession:
        """Resume the token's session if it is still good, else begin a new one; a signed identity leads to that
        customer's conversation on every device. Raises `InvalidInput` for an identity that cannot be checked,
        `Unauthenticated` for one that is wrong and, for a new session only, `Unavailable` `too_busy`."""
        profile = self._profile(identity_token) if identity_token else None
        known = await self._live(session_token) if session_token else None
        if known is None and not operator:
            self._admit()
        conversation = await self._conversations.open(
            known.customer_id if known else None, profile=profile, locale=locale, page_url=page_url
        )
        token = session_token if known and session_token else secrets.token_urlsafe(32)
        now = self._clock.now()
        session = Session(
            hash_token(token), conversation.customer.id, conversation.id, now, now + LIFETIME, operator=operator
        )
        if known:
            session = replace(session, created_at=known.created_at, operator=known.operator or operator)
        await self._store.put(session)
        return OpenedSession(token, session, conversation)

    async def authenticate(self, token: str) -> Session:
        """The live session of a token; `Unauthenticated` `session_expired` or `session_unknown` otherwise."""
        session = await self._store.get(hash_token(token))
        if session is None:
            raise Unauthenticated("This chat session is not known. Open a new one.", code="session_unknown")
        if session.expires_at <= self._clock.now():
            raise Unauthenticated("This chat session has expired. Open a new one.", code="session_expired")
        return session

    async def _live(self, token: str) -> Session | None:
        try:
            return await self.authenticate(token)
        except Unauthenticated:
            return None

    def _profile(self, identity_token: str) -> CustomerProfile:
        if self._verify_identity is None:
            raise InvalidInput("This shop has not set up signed identities.", code="identity_not_configured")
        return self._verify_identity(identity_token)


def hash_token(token: str) -> str:
    """SHA-256 of a random token: enough for 256 bits of entropy, and cheap at every frame."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def operator_proof(secret: str, now: datetime) -> str:
    """What `bench` and `replay` send to show that they run with the installation's secret."""
    stamp = str(int(now.timestamp()))
    return f"{stamp}.{_sign(secret, stamp)}"


def is_operator(secret: str, proof: str | None, now: datetime) -> bool:
    """True for a proof made with this secret within the last five minutes."""
    stamp, _, signature = (proof or "").partition(".")
    if not stamp.isdigit() or abs(now.timestamp() - int(stamp)) > OPERATOR_PROOF_SECONDS:
        return False
    return hmac.compare_digest(signature, _sign(secret, stamp))


def _sign(secret: str, stamp: str) -> str:
    return hmac.new(secret.encode(), f"operator:{stamp}".encode(), hashlib.sha256).hexdigest()
