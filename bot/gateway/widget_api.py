"""The customer's HTTP contract: sessions, the fallback without sockets, transcripts, help search."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, WebSocket
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from bot.conversation.model import Event
from bot.conversation.transcript import MEDIA_TYPES, render_transcript
from bot.errors import Unauthenticated
from bot.gateway import protocol
from bot.gateway.sessions import Session, is_operator
from bot.gateway.socket import CustomerSocket, SocketParts

log = logging.getLogger(__name__)

LONGEST_WAIT = 25.0
bearer = HTTPBearer(auto_error=False, description="The customer's session_token")


class SessionRequest(BaseModel):
    """What a widget sends to open or resume a session."""

    model_config = ConfigDict(extra="ignore")

    session_token: str | None = Field(None, max_length=200)
    identity_token: str | None = Field(None, max_length=4096)
    locale: str | None = Field(None, max_length=35)
    page_url: str | None = Field(None, max_length=2000)


class CustomerBody(BaseModel):
    """The customer as the widget shows them."""

    id: str
    name: str | None
    verified: bool


class SessionBody(BaseModel):
    """An open session."""

    session_token: str
    conversation_id: str
    state: str
    last_seq: int
    customer: CustomerBody
    expires_at: datetime


class EventsBody(BaseModel):
    """Events after a cursor, as the socket would have sent them."""

    events: list[dict[str, Any]]
    last_seq: int
    state: str


class MessageBody(BaseModel):
    """A message sent without a socket."""

    model_config = ConfigDict(extra="ignore")

    client_message_id: Any = None
    text: Any = None
    payload: Any = None


class AckBody(BaseModel):
    """Stored: the message's place in the log."""

    client_message_id: str
    message_id: str
    seq: int
    duplicate: bool


SessionOf = Callable[..., Awaitable[Session]]


def widget_router(
    parts: SocketParts,
    *,
    operator_secret: str,
    now: Callable[[], datetime],
    search_help: Callable[[str], Awaitable[list[dict[str, Any]]]],
) -> APIRouter:
    """Everything a customer's widget talks to, below `/api/v1`."""
    router = APIRouter(tags=["customer"])
    session_of = _session_of(parts)
    _add_sessions(router, parts, lambda request: is_operator(operator_secret, _proof(request), now()))
    _add_events(router, parts, session_of)
    _add_messages(router, parts, session_of)
    _add_help(router, parts, search_help)

    @router.websocket("/widget/ws")
    async def widget_socket(websocket: WebSocket) -> None:
        await CustomerSocket(websocket, parts).serve()

    return router


def _session_of(parts: SocketParts) -> SessionOf:
    """The session of a request from a page that may ask."""

    async def session_of(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> Session:
        parts.origins.check(request)
        if credentials is None:
            raise Unauthenticated("Send the session_token as a bearer token.", code="session_missing")
        return await parts.sessions.authenticate(credentials.credentials)

    return session_of


def _proof(request: Request) -> str | None:
    return request.headers.get("x-baton-operator")


def _add_sessions(router: APIRouter, parts: SocketParts, by_operator: Callable[[Request], bool]) -> None:
    @router.post("/widget/sessions", status_code=201)
    async def open_session(body: SessionRequest, request: Request) -> SessionBody:
        """Open a session, or resume the one of `session_token`. A signed `identity_token` says who the customer is."""
        parts.origins.check(request)
        operator = by_operator(request)
        if not operator:
            await parts.limits.session(parts.origins.address(request))
        opened = await parts.sessions.open(**body.model_dump(), operator=operator)
        customer = opened.conversation.customer
        return SessionBody(
            session_token=opened.token,
            conversation_id=opened.conversation.id,
            state=opened.conversation.state.value,
            last_seq=opened.conversation.last_seq,
            customer=CustomerBody(id=customer.id, name=customer.name, verified=customer.verified),
            expires_at=opened.session.expires_at,
        )


def _add_events(router: APIRouter, parts: SocketParts, session_of: SessionOf) -> None:
    CurrentSession = Annotated[Session, Depends(session_of)]

    @router.get("/widget/events")
    async def events(
        session: CurrentSession,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=60)] = 0,
    ) -> EventsBody:
        """Events after `after`; waits up to `wait` seconds (25 at most) for the first one."""
        found = await _found(parts, session.conversation_id, after, min(wait, LONGEST_WAIT))
        conversation = await parts.conversations.conversation(session.conversation_id)
        frames = [frame for event in found if (frame := protocol.event_frame(event))]
        last = found[-1].seq if found else min(after, conversation.last_seq)
        return EventsBody(events=frames, last_seq=last, state=conversation.state.value)

    @router.get("/widget/transcript")
    async def transcript(session: CurrentSession, format: Literal["txt", "html", "json"] = "txt") -> Response:
        """The customer's own conversation as a file; notes and other private events are not in it."""
        conversation = await parts.conversations.conversation(session.conversation_id)
        log_ = await parts.conversations.events(session.conversation_id, 0, 100_000)
        return Response(
            render_transcript(conversation, log_, format, private=False),
            media_type=MEDIA_TYPES[format],
            headers={"Content-Disposition": f'attachment; filename="conversation.{format}"'},
        )


async def _found(parts: SocketParts, conversation_id: str, after: int, wait: float) -> Sequence[Event]:
    """What the log holds after a number, awaited for some seconds where there is nothing yet."""

    async def page() -> Sequence[Event]:
        return await parts.conversations.events(conversation_id, after, 500)

    async with parts.signals.subscribe(f"conversation:{conversation_id}") as news:
        found = await page()
        if found or not wait:
            return found
        try:
            async with asyncio.timeout(wait):
                async for _, payload in news:
                    if payload is None and (found := await page()):
                        return found
        except TimeoutError:
            return await page()
    return found


def _add_messages(router: APIRouter, parts: SocketParts, session_of: SessionOf) -> None:
    CurrentSession = Annotated[Session, Depends(session_of)]

    @router.post("/widget/messages")
    async def post_message(body: MessageBody, session: CurrentSession, response: Response) -> AckBody:
        """Store a message; the same `client_message_id` again is answered with the first result."""
        message = protocol.message_of(body.model_dump())
        if not session.operator:
            await parts.limits.message(session.token_hash)
        accepted = await parts.conversations.post_customer_message(
            session.conversation_id, message.client_message_id, message.text, message.payload
        )
        response.status_code = 200 if accepted.duplicate else 201
        parts.metrics.took(session.conversation_id, message.client_message_id, accepted)
        return AckBody(
            client_message_id=message.client_message_id,
            message_id=accepted.message_id,
            seq=accepted.seq,
            duplicate=accepted.duplicate,
        )


def _add_help(
    router: APIRouter, parts: SocketParts, search_help: Callable[[str], Awaitable[list[dict[str, Any]]]]
) -> None:
    @router.get("/help/search")
    async def help_search(request: Request, q: Annotated[str, Query(max_length=500)] = "") -> dict[str, Any]:
        """Articles that fit the words, best first."""
        parts.origins.check(request)
        await parts.limits.search(parts.origins.address(request))
        return {"items": await search_help(q.strip()) if q.strip() else []}
