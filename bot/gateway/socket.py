"""The customer's socket: subscribe, replay, then live; deduplicated by `seq`; slow readers are dropped and resume."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.conversation.ports import Signals
from bot.conversation.service import ConversationService
from bot.errors import BatonError, RateLimited, Unauthenticated, Unavailable
from bot.gateway import protocol
from bot.gateway.deadline import Deadline
from bot.gateway.limits import Limits
from bot.gateway.metrics import GatewayMetrics
from bot.gateway.origins import Origins
from bot.gateway.protocol import CloseCode, ProtocolError
from bot.gateway.sessions import Session, Sessions
from bot.side_by_side import until_one_ends

log = logging.getLogger(__name__)

HELLO_WITHIN = 10.0
IDLE_AFTER = 30.0
POLL_EVERY = 600.0
SEND_WITHIN = 10.0
REPLAY_PAGE = 500
PROTOCOL_ERRORS_ALLOWED = 20
RATE_ERRORS_ALLOWED = 30
OUTBOX = 256


class Phase(Enum):
    """How far a socket has come."""

    GREETING = auto()
    LIVE = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class SocketParts:
    """What every customer socket of this gateway shares."""

    conversations: ConversationService
    sessions: Sessions
    signals: Signals
    limits: Limits
    origins: Origins
    metrics: GatewayMetrics


class _Closed(Exception):
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class CustomerSocket:
    """One connection. The reader takes frames in order; the writer sends what the reader and the log put out."""

    def __init__(self, websocket: WebSocket, parts: SocketParts) -> None:
        self._ws = websocket
        self._parts = parts
        self._phase = Phase.GREETING
        self._session: Session | None = None
        self._cursor = 0
        self._news = asyncio.Event()
        self._outbox: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(OUTBOX)
        self._protocol_errors = 0
        self._rate_errors = 0

    async def serve(self) -> None:
        """Run the connection to its end; never raises for what a client does."""
        await self._ws.accept()
        self._parts.metrics.sockets.inc()
        try:
            await self._run()
        except _Closed as closed:
            await self._close(closed.code, closed.reason)
        except (WebSocketDisconnect, OSError):
            pass
        except Exception:
            log.exception("customer socket failed")
            await self._close(CloseCode.TRY_AGAIN_LATER, "try again")
        finally:
            self._phase = Phase.CLOSED
            self._parts.metrics.sockets.dec()

    async def _run(self) -> None:
        try:
            self._parts.origins.check(self._ws)
        except BatonError as error:
            raise _Closed(CloseCode.ORIGIN, error.code) from error
        async with AsyncExitStack() as stack:
            hello = await self._hello()
            session = await self._authenticate(hello)
            if not session.operator:
                self._hold_a_place(stack)
            self._session = session
            news = await stack.enter_async_context(
                self._parts.signals.subscribe(f"conversation:{session.conversation_id}")
            )
            await self._welcome(hello)
            await self._live(news)

    async def _live(self, news: AsyncIterator[tuple[str, Mapping[str, Any] | None]]) -> None:
        self._phase = Phase.LIVE
        silent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        idle = Deadline(IDLE_AFTER, lambda: self._silent(silent))
        tasks: set[asyncio.Future[None]] = {
            silent,
            asyncio.create_task(self._read_frames(idle)),
            asyncio.create_task(self._write_frames()),
            asyncio.create_task(self._follow_log()),
            asyncio.create_task(self._listen(news)),
        }
        try:
            await until_one_ends(tasks)
        finally:
            idle.cancel()

    def _silent(self, silent: asyncio.Future[None]) -> None:
        if not silent.done():
            silent.set_exception(_Closed(CloseCode.IDLE, "silent"))

    def _hold_a_place(self, stack: AsyncExitStack) -> None:
        try:
            stack.enter_context(self._parts.limits.socket(self._parts.origins.address(self._ws)))
        except RateLimited as error:
            raise _Closed(CloseCode.RATE, error.code) from error

    # -- greeting

    async def _hello(self) -> protocol.Hello:
        loop = asyncio.get_running_loop()
        until = loop.time() + HELLO_WITHIN
        while True:
            try:
                async with asyncio.timeout(max(0.0, until - loop.time())):
                    frame = await self._receive()
            except TimeoutError:
                raise _Closed(CloseCode.IDLE, "no hello") from None
            except ProtocolError as error:
                await self._refuse(error)
                continue
            if isinstance(frame, protocol.Hello):
                return frame
            await self._refuse(ProtocolError("hello_first", "The first frame must be hello."))

    async def _authenticate(self, hello: protocol.Hello) -> Session:
        try:
            return await self._parts.sessions.authenticate(hello.session_token)
        except Unauthenticated as error:
            await self._send(protocol.error_frame(error))
            raise _Closed(CloseCode.SESSION, error.code) from error
        except Unavailable as error:
            await self._send(protocol.error_frame(error))
            raise _Closed(CloseCode.TRY_AGAIN_LATER, error.code) from error

    async def _welcome(self, hello: protocol.Hello) -> None:
        conversation = await self._parts.conversations.conversation(self._conversation_id)
        await self._send(
            {
                "type": "welcome",
                "conversation_id": conversation.id,
                "state": conversation.state.value,
                "last_seq": conversation.last_seq,
            }
        )
        self._cursor = hello.last_seq
        if hello.last_seq > 0:
            self._parts.metrics.reconnects.inc()
        if hello.last_seq > conversation.last_seq:
            self._parts.metrics.resyncs.inc()
            await self._send({"type": "resync"})
            self._cursor = conversation.last_seq
        self._news.set()

    # -- reading

    async def _read_frames(self, idle: Deadline) -> None:
        while True:
            try:
                frame = await self._receive()
                idle.hold()
                await self._handle(frame)
            except RateLimited as error:
                self._rate_errors += 1
                if self._rate_errors > RATE_ERRORS_ALLOWED:
                    raise _Closed(CloseCode.RATE, error.code) from error
                await self._refuse(error, counted=False)
            except BatonError as error:
                await self._refuse(error, counted=isinstance(error, ProtocolError))
            idle.put_off()

    async def _receive(self) -> protocol.Frame:
        message = await self._ws.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        return protocol.parse_frame(text if text is not None else message.get("bytes") or b"")

    async def _refuse(self, error: BatonError, *, counted: bool = True) -> None:
        self._parts.metrics.refused.labels(error.code).inc()
        if counted:
            self._protocol_errors += 1
        await self._put(protocol.error_frame(error))
        if self._protocol_errors > PROTOCOL_ERRORS_ALLOWED:
            raise _Closed(CloseCode.PROTOCOL, "too many bad frames")

    async def _handle(self, frame: protocol.Frame) -> None:
        service, conversation = self._parts.conversations, self._conversation_id
        match frame:
            case protocol.Ping():
                await self._put(protocol.PONG)
            case protocol.Message():
                await self._message(frame)
            case protocol.Typing():
                news = {"typing": {"by": "customer", "active": frame.active}}
                await self._parts.signals.publish(f"conversation:{conversation}", news)
            case protocol.Read():
                await service.mark_read(conversation, "customer", frame.seq)
            case protocol.RequestHuman():
                await self._request_human(frame)
            case protocol.BackToBot():
                await service.back_to_bot(conversation)
            case protocol.End():
                await service.end(conversation, by="customer")
            case protocol.Feedback():
                await service.feedback(conversation, frame.kind, frame.score, frame.comment)
            case protocol.Hello():
                raise ProtocolError("hello_twice", "This socket has already said hello.")

    async def _message(self, frame: protocol.Message) -> None:
        await self._count_message(frame.client_message_id)
        try:
            accepted = await self._parts.conversations.post_customer_message(
                self._conversation_id, frame.client_message_id, frame.text, frame.payload
            )
        except BatonError as error:
            raise _about(error, frame.client_message_id) from error
        self._parts.metrics.took(self._conversation_id, frame.client_message_id, accepted)
        await self._ack(frame.client_message_id, accepted.message_id, accepted.seq, accepted.duplicate)

    async def _request_human(self, frame: protocol.RequestHuman) -> None:
        await self._count_message(frame.client_message_id)
        try:
            accepted = await self._parts.conversations.request_human(self._conversation_id, frame.client_message_id)
        except BatonError as error:
            raise _about(error, frame.client_message_id) from error
        await self._ack(frame.client_message_id, accepted.message_id, accepted.seq, accepted.duplicate)

    async def _count_message(self, client_message_id: str) -> None:
        if self._session is None or self._session.operator:
            return
        try:
            await self._parts.limits.message(self._session.token_hash)
        except RateLimited as error:
            raise _about(error, client_message_id) from error

    async def _ack(self, client_message_id: str, message_id: str, seq: int, duplicate: bool) -> None:
        await self._put(
            {
                "type": "ack",
                "client_message_id": client_message_id,
                "message_id": message_id,
                "seq": seq,
                "duplicate": duplicate,
            }
        )

    # -- writing

    async def _follow_log(self) -> None:
        """Send what the log holds beyond the cursor whenever there is news. Lost news is made up for by the gateway's
        one look for all; each socket's own is only the last resort, and not at the same moment as the others'."""
        while True:
            self._news.clear()
            try:
                page = await self._parts.conversations.events(self._conversation_id, self._cursor, REPLAY_PAGE)
            except Unavailable:
                await asyncio.sleep(1.0)
                continue
            for event in page:
                frame = protocol.event_frame(event)
                if frame is not None:
                    await self._put(frame)
                self._cursor = event.seq
            if len(page) < REPLAY_PAGE:
                await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(POLL_EVERY * random.uniform(0.8, 1.2)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _listen(self, news: AsyncIterator[tuple[str, Mapping[str, Any] | None]]) -> None:
        async for _, payload in news:
            if payload is None:
                self._news.set()
            elif "typing" in payload and payload["typing"].get("by") != "customer":
                typing = payload["typing"]
                await self._put({"type": "typing", "by": typing["by"], "active": bool(typing["active"])})

    async def _put(self, frame: Mapping[str, Any]) -> None:
        if self._phase is not Phase.LIVE:
            await self._send(frame)
            return
        with suppress(asyncio.QueueFull):
            self._outbox.put_nowait(frame)
            return
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self._outbox.put(frame)
        except TimeoutError:
            self._parts.metrics.slow_readers.inc()
            raise _Closed(CloseCode.TRY_AGAIN_LATER, "reading too slowly") from None

    async def _write_frames(self) -> None:
        while True:
            await self._send(await self._outbox.get())

    async def _send(self, frame: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self._ws.send_text(protocol.encode(frame))
        except TimeoutError:
            self._parts.metrics.slow_readers.inc()
            raise _Closed(CloseCode.TRY_AGAIN_LATER, "reading too slowly") from None

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self._ws.application_state is not WebSocketState.CONNECTED:
            return
        while not self._outbox.empty():  # what was said before the end is said: the error that explains it
            try:
                async with asyncio.timeout(1.0):
                    await self._ws.send_text(protocol.encode(self._outbox.get_nowait()))
            except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError):
                break
        try:
            async with asyncio.timeout(2.0):
                await self._ws.close(code, reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError):
            log.debug("socket was gone before its close frame")

    @property
    def _conversation_id(self) -> str:
        if self._session is None:
            raise RuntimeError("no session before hello")
        return self._session.conversation_id


def _about(error: BatonError, client_message_id: str) -> BatonError:
    error.client_message_id = client_message_id  # type: ignore[attr-defined]
    return error
