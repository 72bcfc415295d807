"""A customer who talks to the bot through `compute_turn`, with a model trained on the project's own content."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from actions.shop.memory import MemoryShop
from bot.brain.nlu.encoders import keep_under, serving_encoder
from bot.evaluation.talking import Bot, Talk
from bot.training.registry import Registry
from kb_index.search import KnowledgeBase
from tests.support.installed import KEPT, alone, installation
from tests.support.running import ROOT


@cache
def trained_archive() -> Path:
    """The archive of the model trained on the project's own content."""
    registry = Registry(installation() / "models")
    live = registry.live()
    assert live is not None
    return registry.archive(live.id)


@cache
def knowledge() -> KnowledgeBase:
    """The knowledge base over the project's own articles."""
    keep_under(installation() / "cache")
    with alone():
        if not (KEPT / "index").is_dir():
            shutil.copytree(installation() / "kb_index", KEPT / "index")
    return KnowledgeBase.open(KEPT / "index", serving_encoder(None))


class _Loaded:
    bot: Bot | None = None


async def bot() -> Bot:
    """The trained model with its knowledge base and the demo shop, loaded once a test run."""
    if _Loaded.bot is None:
        _Loaded.bot = await Bot.load(trained_archive(), knowledge(), ROOT / "data" / "shop")
    return _Loaded.bot


def demo_shop() -> MemoryShop:
    """The demo shop as of today, in memory."""
    return MemoryShop.demo(ROOT / "data" / "shop")


async def talk(known: Mapping[str, Any] | None = None, name: str = "conversation") -> Talk:
    """A fresh conversation with a fresh demo shop."""
    return (await bot()).talk(name, known)
