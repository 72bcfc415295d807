"""The dispatcher: takes due turns, has the brain compute them, sees that each ends in an answer or with a person."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter
from typing import Any

from bot.conversation.answering import MAX_FAILURES, NoReply
from bot.conversation.ids import new_id
from bot.conversation.model import Lease, TakenTurn, TurnRequest, TurnResult
from bot.conversation.ports import Brain, Clock, Observer, Signals
from bot.conversation.service import ConversationService
from bot.conversation.store import ConversationStore
from bot.errors import BatonError, Unavailable

log = logging.getLogger(__name__)


class Dispatcher:
    """Runs pending turns, one at a time a conversation and `concurrency` in all. Any number of dispatchers, in any
    number of processes, may share a store: a lease says who computes a turn, and a lease that runs out frees it.

    `turn_seconds` bounds one computation, `lease_seconds` is how long after this process died others take its turns,
    `slow_after` is when the customer is told that it takes longer, and `patience` for how many seconds a turn may wait
    for a worker before people take over."""

    def __init__(
        self,
        store: ConversationStore,
        service: ConversationService,
        brain: Brain,
        signals: Signals,
        clock: Clock,
        *,
        concurrency: int = 8,
        turn_seconds: float = 20.0,
        poll_seconds: float = 1.0,
        lease_seconds: float = 15.0,
        slow_after: float = 5.0,
        patience: float = 60.0,
        retry_seconds: float = 0.5,
        observer: Observer | None = None,
    ) -> None:
        self._store = store
        self._service = service
        self._brain = brain
        self._signals = signals
        self._clock = clock
        self._concurrency = concurrency
        self._turn_seconds = turn_seconds
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._slow_after = slow_after
        self._patience = patience
        self._retry_seconds = retry_seconds
        self._observer: Observer = observer or _Nobody()
        self._wake = asyncio.Event()
        self._running: dict[asyncio.Task[None], TakenTurn] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._taking: asyncio.Task[None] | None = None
        self._reserved = 0
        self._unreserved = asyncio.Event()
        self._unreserved.set()
        self._behind = False
        self._stopping = False
        self.owed: tuple[int, float] = (0, 0.0)
        """Answers owed to customers by all dispatchers together, and for how many seconds the oldest has been: as last
        seen, at most a poll ago."""

    async def start(self) -> None:
        """Begin to take turns, those that a crash left behind included."""
        self._stopping = False
        loops = (self._listen_forever, self._watch_forever, self._renew_forever)
        self._loops = [asyncio.create_task(loop(), name=f"turns:{loop.__name__}") for loop in loops]
        self._taking = asyncio.create_task(self._take_until_stopped(), name="turns:take")
        self._service.answer_at_once(self)

    async def stop(self, grace: float = 10.0) -> None:
        """Take no more, give what runs `grace` seconds to end, and put the rest back for others to take at once."""
        self._service.leave_to_others(self)
        self._stopping = True
        self._wake.set()
        if self._taking is not None:
            await self._taking  # never cancelled: what it is just leasing must be known here to be put back
        await self._unreserved.wait()  # messages may be on their way into the database under a lease of ours
        await self._let_go(grace)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def _let_go(self, grace: float) -> None:
        running = dict(self._running)
        if not running:
            return
        _, unfinished = await asyncio.wait(running, timeout=grace)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        for task in unfinished:
            with suppress(BatonError):
                await self._service.release_turn(running[task])

    def reserve(self) -> Lease | None:
        """See `TurnTaker.reserve`: nothing while turns wait that were owed earlier."""
        if self._stopping or self._behind or self._free <= 0:
            self._behind = True
            return None
        self._hold_places(1)
        return Lease(new_id(), self._lease_seconds)

    def release(self) -> None:
        """See `TurnTaker.release`."""
        self._hold_places(-1)

    def accept(self, taken: TakenTurn) -> None:
        """See `TurnTaker.accept`."""
        self._begin(taken)
        self._hold_places(-1)

    def _hold_places(self, change: int) -> None:
        self._reserved += change
        if self._reserved:
            self._unreserved.clear()
        else:
            self._unreserved.set()

    @property
    def running(self) -> int:
        """How many turns are being computed here now."""
        return len(self._running)

    async def _listen_forever(self) -> None:
        while True:
            with suppress(BatonError):
                async with self._signals.subscribe("turns") as news:
                    async for _ in news:
                        self._wake.set()
            await asyncio.sleep(self._poll_seconds)

    async def _take_until_stopped(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                took = await self._take()
            except Unavailable as error:
                log.warning("turns cannot be taken now: %s", error.code)
                took = 0
            except Exception:
                log.exception("taking turns failed")
                took = 0
            if not took or self._free <= 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_seconds):
                        await self._wake.wait()

    @property
    def _free(self) -> int:
        return self._concurrency - len(self._running) - self._reserved

    async def _take(self) -> int:
        wanted = self._free
        if wanted <= 0:
            self._behind = True
            return 0
        self._hold_places(wanted)
        try:
            taken = await self._service.take_turns(new_id(), self._lease_seconds, wanted)
        finally:
            self._hold_places(-wanted)
        self._behind = len(taken) == wanted
        for each in taken:
            self._begin(each)
        return len(taken)

    def _begin(self, taken: TakenTurn) -> None:
        task = asyncio.create_task(self._run(taken), name=f"turn:{taken.turn.id}")
        self._running[task] = taken
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if self._behind:
            self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a turn broke its dispatcher", exc_info=task.exception())

    async def _run(self, taken: TakenTurn) -> None:
        waited = (self._clock.now() - taken.turn.created_at).total_seconds() * 1000
        stages: dict[str, float] = {"waited": waited}
        await self._typing(taken, active=True)
        try:
            outcome = await self._computed(taken, stages)
        finally:
            await self._typing(taken, active=False)
        if outcome == "dropped":
            self._observer.dropped("reply")
        self._observer.turn_finished(outcome, stages)
        log.info("turn ended", extra=turn_fields(taken.request) | {"outcome": outcome, "ms": rounded(stages)})

    async def _computed(self, taken: TakenTurn, stages: dict[str, float]) -> str:
        # A turn whose takers died so often does not get another one to kill.
        if taken.turn.failures >= MAX_FAILURES:
            return await self._until_stored(lambda: self._service.give_up_turn(taken))
        began = perf_counter()
        try:
            briefed = await self._service.with_staffing(taken)
            async with asyncio.timeout(self._turn_seconds):
                result = await self._brain.turn(briefed.request)
        except Unavailable as error:
            return await self._no_worker(taken, error)
        except Exception as error:  # whatever the brain throws, the customer is owed an answer
            return await self._failed(taken, error)
        stages["brain"] = (perf_counter() - began) * 1000
        stages.update({f"worker_{name}": value for name, value in result.timings.items()})
        return await self._stored(taken, result, stages)

    async def _stored(self, taken: TakenTurn, result: TurnResult, stages: dict[str, float]) -> str:
        began = perf_counter()
        try:
            return await self._until_stored(lambda: self._service.finish_turn(taken, result))
        except NoReply as error:
            return await self._failed(taken, error)
        finally:
            stages["stored"] = (perf_counter() - began) * 1000

    async def _until_stored(self, act: Any) -> str:
        """Do what must be stored again and again while the database cannot, as long as the lease can hold."""
        give_up_at = perf_counter() + self._turn_seconds
        while True:
            try:
                outcome: str = await act()
                return outcome
            except Unavailable:
                if perf_counter() > give_up_at:
                    raise
                await asyncio.sleep(random.uniform(0.1, 0.5))

    async def _no_worker(self, taken: TakenTurn, error: Unavailable) -> str:
        """No worker is no fault of the turn: it waits, within the patience."""
        age = (self._clock.now() - taken.turn.created_at).total_seconds()
        if age >= self._patience:
            return await self._until_stored(lambda: self._service.give_up_turn(taken))
        log.warning("turn waits: %s", error.code, extra=turn_fields(taken.request))
        retry_in = min(max(age / 2, 0.2), 5.0) * random.uniform(0.8, 1.2)
        return await self._until_stored(lambda: self._service.fail_turn(taken, retry_in, counted=False))

    async def _failed(self, taken: TakenTurn, error: Exception) -> str:
        code = error.code if isinstance(error, BatonError) else type(error).__name__
        log.warning("turn failed: %s", code, extra=turn_fields(taken.request))
        retry_in = self._retry_seconds * 2**taken.turn.failures * random.uniform(0.8, 1.2)
        return await self._until_stored(lambda: self._service.fail_turn(taken, retry_in, counted=True))

    async def _typing(self, taken: TakenTurn, *, active: bool) -> None:
        news = {"typing": {"by": "bot", "active": active, "name": None}}
        await self._signals.publish(f"conversation:{taken.request.conversation_id}", news)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            running = list(self._running.values())
            if running:
                try:
                    await self._service.renew_leases(running, self._lease_seconds)
                except BatonError as error:
                    log.warning("leases of turns cannot be renewed now: %s", error.code)

    async def _watch_forever(self) -> None:
        """Tell customers who wait long, and the observer how long the line of turns is."""
        while True:
            try:
                await self._service.tell_slow(self._slow_after)
                waiting, oldest = await self._store.read(lambda read: read.outbox())
                age = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
                self.owed = waiting, max(age, 0.0)
                self._observer.outbox(*self.owed)
            except BatonError as error:
                log.warning("the line of turns cannot be seen now: %s", error.code)
            except Exception:
                log.exception("watching the turns failed")
            await asyncio.sleep(self._poll_seconds)


def turn_fields(request: TurnRequest) -> dict[str, Any]:
    """What a log line about a turn says of it, on either side of the wire: never its words."""
    return {
        "conversation": request.conversation_id,
        "turn": request.turn_id,
        "attempt": request.attempt,
        "messages": [message.client_message_id or message.seq for message in request.messages],
    }


def rounded(stages: Mapping[str, float]) -> dict[str, float]:
    """Milliseconds a stage, as short as a log line needs them."""
    return {name: round(milliseconds, 1) for name, milliseconds in stages.items()}


class _Nobody:
    """An observer for whoever gives none."""

    def turn_finished(self, outcome: str, stages: Mapping[str, float]) -> None:
        """Nothing."""

    def outbox(self, waiting: int, oldest_seconds: float) -> None:
        """Nothing."""

    def dropped(self, what: str) -> None:
        """Nothing."""
