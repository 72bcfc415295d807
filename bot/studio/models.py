"""Trained models: which one serves, promoting another, going back, and what would be understood differently."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.errors import InvalidInput, Unavailable
from bot.studio.review import ReviewStore

log = logging.getLogger(__name__)

COMPARED = 200


class ModelRecord(Protocol):
    """What is known of a trained model."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def metrics(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def passed_gate(self) -> bool: ...  # noqa: D102


class ModelRegistry(Protocol):
    """Where models are registered; blocks. See `bot.training.registry.Registry`."""

    def list(self) -> Sequence[ModelRecord]:
        """All models, newest first."""
        ...

    def get(self, model_id: str) -> ModelRecord:
        """One model; `NotFound`."""
        ...

    def promote(self, model_id: str, force: bool = False) -> ModelRecord:
        """Make it the live one; `Conflict` `gate_failed` without `force` for one that did worse on held-out data."""
        ...

    def rollback(self) -> ModelRecord:
        """Make the previous one live; `Conflict` `nothing_to_roll_back`."""
        ...


@dataclass(frozen=True, slots=True)
class Understood:
    """How a model reads a text."""

    intent: str | None
    confidence: float


ReadWith = Callable[[str, Sequence[str]], Awaitable[Sequence[Understood]]]
"""Read texts with a model by its id, in order; may take some seconds."""


class Models:
    """What editors do with models. `reload` makes running workers take up the live one."""

    def __init__(
        self,
        registry: ModelRegistry,
        reload: Callable[[], Awaitable[Any]],
        messages: ReviewStore,
        read_with: ReadWith | None,
    ) -> None:
        self._registry = registry
        self._reload = reload
        self._messages = messages
        self._read_with = read_with

    async def all(self) -> Sequence[ModelRecord]:
        """All models, newest first."""
        return await asyncio.to_thread(self._registry.list)

    async def promote(self, model_id: str, force: bool) -> ModelRecord:
        """Make a model live and let workers take it up."""
        record = await asyncio.to_thread(self._registry.promote, model_id, force)
        await self._take_up()
        return record

    async def rollback(self) -> ModelRecord:
        """Go back to the model before."""
        record = await asyncio.to_thread(self._registry.rollback)
        await self._take_up()
        return record

    async def _take_up(self) -> None:
        # Workers look by themselves every few seconds: one that cannot be reached now takes it up then.
        try:
            await self._reload()
        except Exception as error:
            log.warning("workers were not told of the model: %s", type(error).__name__)

    async def compare(self, model_id: str, with_id: str, limit: int = COMPARED) -> dict[str, Any]:
        """The newest messages that two models read differently, with both readings."""
        if self._read_with is None:
            raise Unavailable("Models cannot be compared in this installation.", code="compare_unavailable")
        if model_id == with_id:
            raise InvalidInput("Choose two different models.", code="same_model")
        for one in (model_id, with_id):
            await asyncio.to_thread(self._registry.get, one)
        texts = await self._messages.recent_texts(limit)
        first, second = await self._read_with(model_id, texts), await self._read_with(with_id, texts)
        different = [
            {"text": text, "a": _body(a), "b": _body(b)}
            for text, a, b in zip(texts, first, second, strict=True)
            if a.intent != b.intent
        ]
        return {
            "a": model_id,
            "b": with_id,
            "messages": len(texts),
            "same": len(texts) - len(different),
            "different": different,
        }


def _body(understood: Understood) -> dict[str, Any]:
    return {"intent": understood.intent, "confidence": round(understood.confidence, 4)}
