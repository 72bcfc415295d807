"""What happens at the desk by itself: places told, nobody left waiting for nobody, answers that are owed."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.conversation.ports import Clock, Signals
from bot.conversation.service import ConversationService
from bot.desk.availability import DeskAvailability
from bot.desk.offers import OfferPatience, Round
from bot.desk.presence import Presence
from bot.desk.queue import ConversationList, Waiting
from bot.errors import BatonError, Conflict, NotFound

log = logging.getLogger(__name__)

LEASE = "routing"
LEASE_FOR = timedelta(seconds=20)
ETA_STEP = 30
IDLE_AT_ONCE = 200


class Leases(Protocol):
    """Who of several gateways does what only one may do."""

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take or prolong a lease; False while somebody else holds it."""
        ...

    async def release(self, name: str, holder: str, now: datetime) -> None:
        """Give a lease back early; nothing happens if it is somebody else's."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take. `vanished`: agents whose connection broke may come back within that time before their
    customers are told that nobody is there; one who said 'offline' is believed at once. `settling`: after a start
    nobody is sent away until agents had time to connect again."""

    vanished: timedelta = timedelta(seconds=90)
    settling: timedelta = timedelta(seconds=30)
    answer: timedelta = timedelta(minutes=10)
    answer_of_absent: timedelta = timedelta(minutes=3)
    idle: timedelta = timedelta(hours=24)
    offers: OfferPatience = field(default_factory=OfferPatience)


class Routing:
    """The loop. Every gateway runs one; the one that holds the lease works, the others wait for it."""

    def __init__(
        self,
        conversations: ConversationService,
        *,
        listing: ConversationList,
        presence: Presence,
        availability: DeskAvailability,
        leases: Leases,
        signals: Signals,
        clock: Clock,
        patience: Patience | None = None,
        poll_seconds: float = 5.0,
        line_seen: Callable[[int, float], None] = lambda length, longest_seconds: None,
    ) -> None:
        self._conversations = conversations
        self._listing = listing
        self._presence = presence
        self._availability = availability
        self._leases = leases
        self._signals = signals
        self._clock = clock
        self._patience = patience or Patience()
        self._poll = poll_seconds
        self._line_seen = line_seen
        self._holder = uuid.uuid4().hex
        self._started = clock.now()
        self._news = asyncio.Event()
        self._working: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Work until cancelled. A failure is logged and tried again at the next round."""
        self._started = self._clock.now()
        self._holder = uuid.uuid4().hex  # the running process's own, also where one made before a fork is shared
        try:
            async with self._signals.subscribe("queue", "presence") as news:
                listening = asyncio.create_task(self._listen(news))
                try:
                    while True:
                        await self._round()
                finally:
                    listening.cancel()
        finally:
            await self._give_back()

    async def _round(self) -> None:
        self._news.clear()
        # A round that was begun is ended before the lease is given back, or it would take the lease again.
        self._working = asyncio.create_task(self.step())
        try:
            await asyncio.shield(self._working)
        except BatonError as error:
            log.warning("routing: %s", error.code)
        except Exception:
            log.exception("routing failed; it is tried again")
            await asyncio.sleep(1.0)
        try:
            async with asyncio.timeout(self._poll):
                await self._news.wait()
        except TimeoutError:
            return

    async def _listen(self, news: AsyncIterator[tuple[str, Mapping[str, Any] | None]]) -> None:
        async for _ in news:
            self._news.set()

    async def _give_back(self) -> None:
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)
        try:
            await self._leases.release(LEASE, self._holder, self._clock.now())
        except BatonError as error:
            log.info("routing lease not given back: %s", error.code)

    async def step(self) -> bool:
        """One round if this gateway holds the lease; whether it does."""
        now = self._clock.now()
        if not await self._leases.take(LEASE, self._holder, now, now + LEASE_FOR):
            self._line_seen(0, 0.0)
            return False
        await self._take_back_unanswered(now)
        line = await self._listing.line()
        self._line_seen(len(line), _longest(line, now))
        if line and await self._nobody_there(now):
            await self._send_home(line)
        elif line:
            await self._tell_places(line)
            await self._offer(line, now)
        for conversation_id in await self._listing.idle(now - self._patience.idle, IDLE_AT_ONCE):
            await self._quietly(self._conversations.close_idle(conversation_id))
        return True

    async def _nobody_there(self, now: datetime) -> bool:
        if not self._availability.open_now():
            return True
        if now - self._started < self._patience.settling:
            return False
        return not await self._availability.anyone_heard(self._patience.vanished)

    async def _send_home(self, line: list[Waiting]) -> None:
        for waiting in line:
            await self._quietly(self._conversations.go_offline(waiting.conversation_id))

    async def _tell_places(self, line: list[Waiting]) -> None:
        pace = await self._listing.seconds_a_place()
        for position, waiting in enumerate(line, start=1):
            eta = None if pace is None else _in_steps(position * pace)
            if worth_telling(waiting, position, eta):
                await self._quietly(self._conversations.publish_queue(waiting.conversation_id, position, eta))

    async def _offer(self, line: list[Waiting], now: datetime) -> None:
        """Give who waits to agents with room, as soon as there is room: the agents still have to accept."""
        patience = self._patience.offers
        agents, loads = await self._presence.online(), await self._listing.loads()
        asked = await self._listing.offered(now - patience.again)
        for offer in Round(agents, loads, asked, now, patience).changes(line):
            await self._quietly(self._conversations.offer(offer.conversation_id, offer.agent))

    async def _take_back_unanswered(self, now: datetime) -> None:
        """Give what an agent does not answer back to the line: soon if they are away, later if they are just slow."""
        patience = self._patience
        owed = await self._listing.unanswered(now - min(patience.answer, patience.answer_of_absent))
        online = {agent.account_id for agent in await self._presence.online()} if owed else set()
        for one in owed:
            here = one.agent_id in online
            if here and len(online) == 1:
                continue  # there is nobody else to give it to
            if now - one.since >= (patience.answer if here else patience.answer_of_absent):
                why = "no_answer" if here else "agent_away"
                await self._quietly(self._conversations.requeue(one.conversation_id, why))

    async def _quietly(self, act: Any) -> None:
        """Do one thing; that it changed hands or closed in the meantime is fine."""
        try:
            await act
        except (Conflict, NotFound) as error:
            log.debug("routing: %s", error.code)


def _longest(line: list[Waiting], now: datetime) -> float:
    return max(((now - one.waiting_since).total_seconds() for one in line), default=0.0)


def worth_telling(waiting: Waiting, position: int, eta_seconds: int | None) -> bool:
    """Whether a customer should hear: the place changed, a wait became known, or it is off by a quarter and more than
    a minute."""
    if waiting.told_position != position or (waiting.told_eta_seconds is None) != (eta_seconds is None):
        return True
    if eta_seconds is None or waiting.told_eta_seconds is None:
        return False
    off = abs(eta_seconds - waiting.told_eta_seconds)
    return off > 60 and off > waiting.told_eta_seconds / 4


def _in_steps(seconds: float) -> int:
    return max(ETA_STEP, round(seconds / ETA_STEP) * ETA_STEP)
