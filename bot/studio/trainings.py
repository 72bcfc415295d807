"""Trainings as editors see them: one at a time, with progress that is kept, and an end that says what came of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.conversation.ids import new_id
from bot.conversation.ports import Clock
from bot.errors import BatonError, Conflict, NotFound
from bot.identity.accounts import Account

log = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=2)
BEAT_SECONDS = 15.0
SAVE_SECONDS = 0.5
STEPS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Where a training is: its stage, the share of the whole from 0 to 1, and words for the person waiting."""

    stage: str
    share: float
    message: str


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training: a candidate, whether the held-out gate let it pass, and what to look at."""

    model_id: str
    passed_gate: bool
    metrics: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


Train = Callable[[Callable[[Step], None]], Trained]
"""Trains and blocks until it is done. Calls back with each step; what the callback raises ends the training. Raises a
`BatonError` whose `details.problems` name files and lines."""


@dataclass(frozen=True, slots=True)
class Training:
    """One training; `status` is running, done or failed."""

    id: str
    status: str
    stage: str
    share: float
    message: str
    started_at: datetime
    updated_at: datetime
    started_by: str
    finished_at: datetime | None = None
    model_id: str | None = None
    passed_gate: bool | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    steps: tuple[Mapping[str, Any], ...] = ()


class TrainingStore(Protocol):
    """Where trainings are kept."""

    async def begin(self, training: Training, lost_before: datetime) -> Training | None:
        """Keep a new running training; None if done. The one that runs already is given back instead, unless nothing
        was heard of it since before `lost_before`: then that one is marked failed."""
        ...

    async def save(self, training: Training) -> None:
        """Replace a training's row."""
        ...

    async def get(self, training_id: str) -> Training | None:
        """One training."""
        ...

    async def all(self, limit: int) -> list[Training]:
        """Trainings, newest first."""
        ...


class _Stopped(BatonError):
    code = "interrupted"


class Trainings:
    """Starts trainings and follows them."""

    def __init__(self, store: TrainingStore, train: Train, clock: Clock) -> None:
        self._store = store
        self._train = train
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._stopping = threading.Event()

    async def start(self, by: Account) -> Training:
        """Begin a training; `Conflict` `training_running` names the one that runs."""
        now = self._clock.now()
        training = Training(
            id=new_id(),
            status="running",
            stage="checking",
            share=0.0,
            message="Starting",
            started_at=now,
            updated_at=now,
            started_by=by.name,
        )
        other = await self._store.begin(training, now - LOST_AFTER)
        if other is not None:
            raise Conflict(
                f"{other.started_by} has started a training already. Wait until it has ended.",
                code="training_running",
                details={"id": other.id},
            )
        self._running = asyncio.create_task(self._follow(training))
        return training

    async def get(self, training_id: str) -> Training:
        """One training; `NotFound`. One nothing was heard of for two minutes counts as failed."""
        found = await self._store.get(training_id)
        if found is None:
            raise NotFound("There is no such training.", code="unknown_training")
        return self._seen(found)

    async def all(self, limit: int = 50) -> list[Training]:
        """Trainings, newest first."""
        return [self._seen(training) for training in await self._store.all(limit)]

    async def close(self) -> None:
        """End a training that runs here; it is kept as failed."""
        self._stopping.set()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _seen(self, training: Training) -> Training:
        if training.status == "running" and training.updated_at < self._clock.now() - LOST_AFTER:
            return replace(training, status="failed", error=lost())
        return training

    async def _follow(self, training: Training) -> None:
        run = _Run(training, self._clock)
        saving = asyncio.create_task(self._keep_saving(run))
        try:
            trained = await self._in_thread(run)
            run.done(trained)
        except asyncio.CancelledError:
            run.failed(_Stopped("The service was stopped during the training. Start it again."))
            raise
        except BatonError as error:
            run.failed(error)
        except Exception as error:
            log.exception("training failed")
            run.failed(BatonError(f"The training failed: {type(error).__name__}.", code="training_failed"))
        finally:
            saving.cancel()
            await asyncio.gather(saving, return_exceptions=True)
            await self._save(run)

    async def _keep_saving(self, run: _Run) -> None:
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            if run.changed or loop.time() - beat > BEAT_SECONDS:
                beat = loop.time()
                await self._save(run)

    async def _save(self, run: _Run) -> None:
        run.changed = False
        try:
            await self._store.save(replace(run.training, updated_at=self._clock.now()))
        except BatonError as error:
            run.changed = True
            log.warning("progress of a training not kept: %s", error.code)

    async def _in_thread(self, run: _Run) -> Trained:
        """A thread of its own that does not keep the program from ending, unlike those of the loop's pool."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Trained] = loop.create_future()

        def progress(step: Step) -> None:
            if self._stopping.is_set():
                raise _Stopped("The service was stopped.")
            loop.call_soon_threadsafe(run.step, step)

        def work() -> None:
            try:
                trained = self._train(progress)
            except BaseException as error:
                _settle(loop, result, error=error)
            else:
                _settle(loop, result, value=trained)

        threading.Thread(target=work, name="training", daemon=True).start()
        return await result


class _Run:
    """A training while it runs."""

    def __init__(self, training: Training, clock: Clock) -> None:
        self.training = training
        self.changed = True
        self._clock = clock

    def step(self, step: Step) -> None:
        line = {"at": _iso(self._clock.now()), "stage": step.stage, "share": step.share, "message": step.message}
        steps: Sequence[Mapping[str, Any]] = (*self.training.steps, line)[-STEPS_KEPT:]
        self.training = replace(
            self.training, stage=step.stage, share=step.share, message=step.message, steps=tuple(steps)
        )
        self.changed = True

    def done(self, trained: Trained) -> None:
        self.training = replace(
            self.training,
            status="done",
            share=1.0,
            finished_at=self._clock.now(),
            model_id=trained.model_id,
            passed_gate=trained.passed_gate,
            metrics=trained.metrics,
            warnings=trained.warnings,
        )

    def failed(self, error: BatonError) -> None:
        told = {"code": error.code, "message": error.message, "details": error.details}
        self.training = replace(self.training, status="failed", finished_at=self._clock.now(), error=told)


def lost() -> Mapping[str, Any]:
    """The error of a training whose process is gone."""
    return {"code": "interrupted", "message": "The training was interrupted. Start it again.", "details": {}}


def _settle(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Trained],
    *,
    value: Trained | None = None,
    error: BaseException | None = None,
) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        elif value is not None:
            future.set_result(value)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        log.info("a training ended after the service had stopped")


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
