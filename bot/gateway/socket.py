"""The customer's socket: subscribe, replay, then live; deduplicated by `seq`; slow readers are dropped and resume."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.conversation.ports import Heard, Signals
from bot.conversation.service import ConversationService
from bot.errors import BatonError, RateLimited, Unauthenticated, Unavailable
from bot.event_frames import EventFrames
from bot.gateway import protocol
from bot.gateway.deadline import Deadline
from bot.gateway.limits import Limits
from bot.gateway.metrics import GatewayMetrics
from bot.gateway.origins import Origins
from bot.gateway.protocol import CloseCode, ProtocolError
from bot.gateway.sessions import Session, Sessions
from bot.outbox import Outbox, SlowReader
from bot.side_by_side import until_one_ends
from bot.wire_frames import TextFrame, json_frame

log = logging.getLogger(__name__)

HELLO_WITHIN = 10.0
IDLE_AFTER = 30.0
POLL_EVERY = 600.0
SEND_WITHIN = 10.0
REPLAY_PAGE = 500
PROTOCOL_ERRORS_ALLOWED = 20
RATE_ERRORS_ALLOWED = 30
OUTBOX = 256


@dataclass(frozen=True, slots=True)
class SocketParts:
    """What every customer socket of this gateway shares."""

    conversations: ConversationService
    sessions: Sessions
    signals: Signals
    limits: Limits
    origins: Origins
    metrics: GatewayMetrics
    frames: EventFrames = field(default_factory=lambda: EventFrames(protocol.event_frame))


class _Closed(Exception):
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class CustomerSocket:
    """One connection. One task takes frames in order, one follows the log; the outbox sends what both put out."""

    def __init__(self, websocket: WebSocket, parts: SocketParts) -> None:
        self._ws = websocket
        self._parts = parts
        self._loop = asyncio.get_running_loop()
        self._session: Session | None = None
        self._cursor = 0
        self._behind = True
        self._awake = asyncio.Event()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._outbox = Outbox(websocket, limit=OUTBOX, seconds=SEND_WITHIN, failed=self._end)
        self._next_look: asyncio.TimerHandle | None = None
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
            await self._outbox.stop()
            del self._ended  # the error in it knows, by its traceback, who holds it
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
                self._parts.signals.subscribe(f"conversation:{session.conversation_id}", wake=self._awake.set)
            )
            await self._welcome(hello)
            await self._live(news)

    async def _live(self, news: Heard) -> None:
        idle = Deadline(IDLE_AFTER, lambda: self._end(_Closed(CloseCode.IDLE, "silent")))
        self._look_again()
        tasks: set[asyncio.Future[None]] = {
            self._ended,
            asyncio.create_task(self._read_frames(idle)),
            asyncio.create_task(self._follow_log(news)),
        }
        try:
            await until_one_ends(tasks)
        finally:
            idle.cancel()
            if self._next_look is not None:
                self._next_look.cancel()

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
            await self._put(protocol.error_frame(error))
            raise _Closed(CloseCode.SESSION, error.code) from error
        except Unavailable as error:
            await self._put(protocol.error_frame(error))
            raise _Closed(CloseCode.TRY_AGAIN_LATER, error.code) from error

    async def _welcome(self, hello: protocol.Hello) -> None:
        conversation = await self._parts.conversations.conversation(self._conversation_id)
        await self._put(
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
            await self._put({"type": "resync"})
            self._cursor = conversation.last_seq

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

    async def _follow_log(self, news: Heard) -> None:
        """Send what the log holds beyond the cursor whenever there is news, and what passes by. Lost news is made up
        for by the gateway's one look for all; each socket's own is only the last resort, and not at the same moment
        as the others'."""
        while True:
            self._awake.clear()
            while (heard := news.take()) is not None:
                await self._heard(heard[1])
            if self._behind:
                await self._catch_up()
            else:
                await self._awake.wait()

    async def _heard(self, payload: Mapping[str, Any] | None) -> None:
        if payload is None:
            self._behind = True
        elif "typing" in payload and payload["typing"].get("by") != "customer":
            typing = payload["typing"]
            await self._put(protocol.typing_frame(typing["by"], bool(typing["active"])))

    async def _catch_up(self) -> None:
        """One page of the log."""
        try:
            page = await self._parts.conversations.events(self._conversation_id, self._cursor, REPLAY_PAGE)
        except Unavailable:
            await asyncio.sleep(1.0)
            return
        self._behind = len(page) >= REPLAY_PAGE
        for event in page:
            frame = self._parts.frames.of(event)
            if frame is not None:
                await self._put(frame)
            self._cursor = event.seq

    def _look_again(self) -> None:
        self._behind = True
        self._awake.set()
        self._next_look = self._loop.call_later(POLL_EVERY * random.uniform(0.8, 1.2), self._look_again)

    async def _put(self, frame: TextFrame | Mapping[str, Any]) -> None:
        try:
            await self._outbox.put(frame if isinstance(frame, TextFrame) else json_frame(frame))
        except SlowReader as error:
            raise self._too_slow() from error

    def _too_slow(self) -> _Closed:
        self._parts.metrics.slow_readers.inc()
        return _Closed(CloseCode.TRY_AGAIN_LATER, "reading too slowly")

    def _end(self, error: Exception) -> None:
        """End the connection from outside of its tasks."""
        if not self._ended.done():
            self._ended.set_exception(self._too_slow() if isinstance(error, SlowReader) else error)
            self._ended.exception()  # if it is at its end already, nobody asks

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self._ws.application_state is not WebSocketState.CONNECTED:
            return
        await self._outbox.finish()  # what was said before the end is said: the error that explains it
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
