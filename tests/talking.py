"""A customer who talks to the bot through `compute_turn`, with a model trained on the project's own content."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from actions.services import Services, configure
from actions.shop.memory import MemoryShop
from bot.brain.action_endpoint import LocalActions
from bot.brain.agent import Model, load_model
from bot.brain.nlu.encoders import keep_under, serving_encoder
from bot.brain.turn import compute_turn
from bot.conversation.model import JsonDict, Reply, TurnMessage, TurnRequest, TurnResult
from bot.training.registry import Registry
from kb_index.search import KnowledgeBase
from tests.support.installed import KEPT, alone, installation
from tests.support.running import ROOT

OPEN: Mapping[str, Any] = {"agents_available": True}


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
    model: Model | None = None


async def bot() -> Model:
    """The trained model, loaded once a test run."""
    if _Loaded.model is None:
        keep_under(installation() / "cache")
        _Loaded.model = await load_model(trained_archive(), LocalActions())
    return _Loaded.model


def demo_shop() -> MemoryShop:
    """The demo shop as of today, in memory."""
    return MemoryShop.demo(ROOT / "data" / "shop")


@dataclass(slots=True)
class Talk:
    """One conversation. `says` sends typed text (several texts are a burst), `presses` a button by its title."""

    model: Model
    shop: MemoryShop
    known: Mapping[str, Any] = field(default_factory=lambda: dict(OPEN))
    name: str = "conversation"
    events: list[JsonDict] = field(default_factory=list)
    results: list[TurnResult] = field(default_factory=list)
    seq: int = 1

    async def says(self, *texts: str) -> TurnResult:
        """Typed messages, answered in one turn."""
        return await self._turn([(text, None) for text in texts])

    async def presses(self, title: str) -> TurnResult:
        """A quick reply of the bot's last turn."""
        offered = {item["title"]: item["payload"] for reply in self.last.replies for item in reply.quick_replies}
        return await self._turn([(title, offered[title])])

    async def sends(self, text: str, payload: str) -> TurnResult:
        """A message with a payload, offered or not."""
        return await self._turn([(text, payload)])

    async def _turn(self, messages: Sequence[tuple[str, str | None]]) -> TurnResult:
        configure(Services(knowledge=knowledge(), shop=self.shop))
        sent = []
        for text, payload in messages:
            self.seq += 1
            sent.append(TurnMessage(self.seq, text, payload))
        request = TurnRequest(f"turn-{self.seq}", self.name, tuple(sent), tuple(self.events), self.known)
        result = await compute_turn(self.model, request)
        self.events += result.tracker_events
        self.results.append(result)
        self.seq += len(result.replies)
        return result

    @property
    def last(self) -> TurnResult:
        """The latest turn."""
        return self.results[-1]

    @property
    def said(self) -> str:
        """Everything the bot said in the latest turn."""
        return "\n".join(reply.text for reply in self.last.replies)

    @property
    def buttons(self) -> list[str]:
        """Titles of the latest turn's quick replies."""
        return [item["title"] for reply in self.last.replies for item in reply.quick_replies]

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The latest turn's replies."""
        return self.last.replies


async def talk(known: Mapping[str, Any] | None = None, name: str = "conversation") -> Talk:
    """A fresh conversation with a fresh demo shop."""
    return Talk(await bot(), demo_shop(), dict(known or OPEN), name)
