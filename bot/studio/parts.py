"""The studio put together from its ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.conversation.ports import Clock
from bot.identity.access import StaffAccess
from bot.identity.audit import AuditLog
from bot.studio.articles import ArticleFiles
from bot.studio.indexing import Indexing
from bot.studio.intents import IntentFiles
from bot.studio.models import ModelRegistry, Models, ReadWith
from bot.studio.review import Review, ReviewStore
from bot.studio.trainings import Train, Trainings, TrainingStore


@dataclass(frozen=True, slots=True)
class Studio:
    """What the editors' routes share."""

    access: StaffAccess
    audit: AuditLog
    intents: IntentFiles
    articles: ArticleFiles
    indexing: Indexing
    inbox: ReviewStore
    review: Review
    trainings: Trainings
    models: Models

    async def close(self) -> None:
        """End what runs in the background."""
        await self.trainings.close()
        await self.indexing.close()


def make_studio(
    *,
    data: Path,
    locks: Path,
    access: StaffAccess,
    audit: AuditLog,
    inbox: ReviewStore,
    trainings: TrainingStore,
    clock: Clock,
    registry: ModelRegistry,
    train: Train,
    reindex: Callable[[], Awaitable[None]],
    reload: Callable[[], Awaitable[Any]],
    read_with: ReadWith | None = None,
) -> Studio:
    """The studio for `bot.studio.studio_api.studio_router`. `data` holds nlu/ and kb/; `locks` is a folder for lock
    files; `reindex` builds the knowledge base's index anew and lets workers take it up."""
    intents = IntentFiles(data / "nlu", locks / "nlu.lock")
    return Studio(
        access=access,
        audit=audit,
        intents=intents,
        articles=ArticleFiles(data / "kb", locks / "kb.lock"),
        indexing=Indexing(reindex, clock),
        inbox=inbox,
        review=Review(inbox, intents, clock),
        trainings=Trainings(trainings, train, clock),
        models=Models(registry, reload, inbox, read_with),
    )
