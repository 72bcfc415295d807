"""The agent's socket: the live list, conversations followed by cursor, typing, who else is looking; also the heartbeat
of their presence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.desk import agent_frames as frames
from bot.desk.agent_frames import AgentFrame, BadFrame, CloseCode
from bot.desk.feed import agent_body
from bot.desk.parts import Desk
from bot.desk.watch import ConversationWatch
from bot.errors import BatonError, Forbidden, Unauthenticated, Unavailable
from bot.identity.access import token_of
from bot.identity.accounts import Account, Role
from bot.outbox import Outbox, SlowReader
from bot.side_by_side import until_one_ends
from bot.wire_frames import TextFrame, json_frame

log = logging.getLogger(__name__)

HELLO_WITHIN = 10.0
IDLE_AFTER = 30.0
SEND_WITHIN = 10.0
CHECK_TOKEN_EVERY = 30.0
WATCHES = 40
BAD_FRAMES_ALLOWED = 20
OUTBOX = 512


class _Closed(Exception):
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class AgentSocket:
    """One connection of one agent."""

    def __init__(self, websocket: WebSocket, desk: Desk) -> None:
        self._ws = websocket
        self._desk = desk
        self._token: str | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outbox = Outbox(websocket, limit=OUTBOX, seconds=SEND_WITHIN, failed=self._end)
        self._watches: dict[str, tuple[ConversationWatch, asyncio.Task[None]]] = {}
        self._bad_frames = 0

    async def serve(self) -> None:
        """Run the connection to its end; never raises for what a client does."""
        await self._ws.accept()
        try:
            await self._run(await self._sign_in())
        except _Closed as closed:
            await self._close(closed.code, closed.reason)
        except (WebSocketDisconnect, OSError):
            pass
        except Exception:
            log.exception("agent socket failed")
            await self._close(CloseCode.TRY_AGAIN_LATER, "try again")
        finally:
            await self._outbox.stop()
            del self._ended  # the error in it knows, by its traceback, who holds it

    # -- signing in

    async def _sign_in(self) -> Account:
        """By cookie or bearer header at once, else by a first frame `hello` with an access token."""
        try:
            account = await self._desk.access.account(self._ws)
            self._token = token_of(self._ws)[0]
        except Forbidden as error:
            raise _Closed(CloseCode.REFUSED, error.code) from error
        except Unauthenticated:
            account = await self._hello()
        except Unavailable as error:
            raise _Closed(CloseCode.TRY_AGAIN_LATER, error.code) from error
        if not account.role.may(Role.AGENT):
            await self._put(frames.error_frame(Forbidden("This needs the role agent.", code="role_missing")))
            raise _Closed(CloseCode.REFUSED, "role_missing")
        return account

    async def _hello(self) -> Account:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                frame = await self._receive()
            if not isinstance(frame, frames.Hello):
                raise Unauthenticated("The first frame must be hello with an access_token.", code="hello_first")
            account = await self._desk.tokens.account(frame.access_token)
        except TimeoutError:
            raise _Closed(CloseCode.IDLE, "no hello") from None
        except (Unauthenticated, BadFrame) as error:
            await self._put(frames.error_frame(error))
            raise _Closed(CloseCode.SIGNED_OUT, error.code) from error
        self._token = frame.access_token
        return account

    # -- living

    async def _run(self, account: Account) -> None:
        await self._desk.presence.heartbeat(account.as_staff())
        me = agent_body(await self._desk.presence.of(account.as_staff()))
        who = {"id": account.id, "name": account.name, "email": account.email, "role": account.role.value}
        await self._put({"type": "welcome", "agent": who, "presence": me})
        works: list[Coroutine[Any, Any, None]] = [
            self._read_frames(account),
            self._feed(),
            self._check_token(),
        ]
        tasks: set[asyncio.Future[None]] = {self._ended, *(asyncio.create_task(work) for work in works)}
        try:
            await until_one_ends(tasks)
        finally:
            followed, self._watches = list(self._watches.values()), {}
            for watch, task in followed:
                task.cancel()
                await watch.leave()
            await asyncio.gather(*(task for _, task in followed), return_exceptions=True)

    async def _feed(self) -> None:
        async with self._desk.feed.listen() as fed:
            while True:
                await self._put((await fed.get()).frame)

    async def _check_token(self) -> None:
        """Who signed out, or was made inactive, is not shown anything more."""
        while True:
            await asyncio.sleep(CHECK_TOKEN_EVERY)
            try:
                await self._desk.tokens.account(self._token)
            except Unauthenticated as error:
                raise _Closed(CloseCode.SIGNED_OUT, error.code) from error
            except BatonError as error:
                log.info("agent token not checked now: %s", error.code)

    # -- reading

    async def _read_frames(self, account: Account) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_AFTER):
                    frame = await self._receive()
            except TimeoutError:
                raise _Closed(CloseCode.IDLE, "silent") from None
            except BadFrame as error:
                await self._refuse(error)
                continue
            try:
                await self._desk.presence.heartbeat(account.as_staff())
                await self._handle(account, frame)
            except BatonError as error:
                await self._put(frames.error_frame(error, getattr(frame, "conversation_id", None)))

    async def _receive(self) -> AgentFrame:
        message = await self._ws.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        return frames.parse_frame(message.get("text"))

    async def _refuse(self, error: BadFrame) -> None:
        self._bad_frames += 1
        if self._bad_frames > BAD_FRAMES_ALLOWED:
            raise _Closed(CloseCode.PROTOCOL, "too many bad frames")
        await self._put(frames.error_frame(error))

    async def _handle(self, account: Account, frame: AgentFrame) -> None:
        match frame:
            case frames.Ping():
                await self._put({"type": "pong"})
            case frames.Watch():
                await self._watch(account, frame)
            case frames.Unwatch():
                await self._unwatch(frame.conversation_id)
            case frames.Typing():
                await self._watched(frame.conversation_id).type(frame.active, frame.note)
            case frames.Viewing():
                await self._watched(frame.conversation_id).look(frame.active)
            case frames.Read():
                found = await self._desk.conversations.conversation(frame.conversation_id)
                if found.assignee_id == account.id:
                    await self._desk.conversations.mark_read(frame.conversation_id, "agent", frame.seq)
            case frames.Hello():
                pass  # signed in by cookie already

    def _watched(self, conversation_id: str) -> ConversationWatch:
        if conversation_id not in self._watches:
            raise BadFrame("not_watched", "Watch the conversation first.")
        return self._watches[conversation_id][0]

    async def _watch(self, account: Account, frame: frames.Watch) -> None:
        """Follow a conversation; watching it again begins anew from the given cursor."""
        await self._unwatch(frame.conversation_id)
        if len(self._watches) >= WATCHES:
            raise BadFrame("too_many_watches", f"At most {WATCHES} conversations can be followed at once.")
        await self._desk.conversations.conversation(frame.conversation_id)
        watch = ConversationWatch(
            self._desk, account.as_staff(), frame.conversation_id, frame.last_seq, self._put_for(frame.conversation_id)
        )
        self._watches[frame.conversation_id] = watch, asyncio.create_task(self._follow(watch, frame.conversation_id))

    def _put_for(self, conversation_id: str) -> Any:
        async def put(frame: TextFrame | Mapping[str, Any]) -> None:
            if conversation_id in self._watches:
                await self._put(frame)

        return put

    async def _follow(self, watch: ConversationWatch, conversation_id: str) -> None:
        try:
            await watch.run()
        except BatonError as error:
            await self._put(frames.error_frame(error, conversation_id))

    async def _unwatch(self, conversation_id: str) -> None:
        found = self._watches.pop(conversation_id, None)
        if found is not None:
            watch, task = found
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await watch.leave()

    # -- writing

    async def _put(self, frame: TextFrame | Mapping[str, Any]) -> None:
        try:
            await self._outbox.put(frame if isinstance(frame, TextFrame) else json_frame(frame))
        except SlowReader:
            raise _too_slow() from None

    def _end(self, error: Exception) -> None:
        """End the connection from outside of its tasks."""
        if not self._ended.done():
            self._ended.set_exception(_too_slow() if isinstance(error, SlowReader) else error)
            self._ended.exception()  # if it is at its end already, nobody asks

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self._ws.application_state is not WebSocketState.CONNECTED:
            return
        await self._outbox.finish()
        try:
            async with asyncio.timeout(2.0):
                await self._ws.close(code, reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError):
            log.debug("agent socket was gone before its close frame")


def _too_slow() -> _Closed:
    return _Closed(CloseCode.TRY_AGAIN_LATER, "reading too slowly")
