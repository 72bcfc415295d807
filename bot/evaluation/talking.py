"""A customer who talks to a trained model in this process: the dialogue alone, without service, sockets or database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.services import Knowledge, Services, configure
from actions.shop.memory import MemoryShop
from bot.brain.action_endpoint import LocalActions
from bot.brain.agent import Model, load_model
from bot.brain.turn import compute_turn
from bot.conversation.model import JsonDict, Reply, TurnMessage, TurnRequest, TurnResult

OPEN: Mapping[str, Any] = {"agents_available": True}


@dataclass(slots=True)
class Talk:
    """One conversation. `says` sends typed text (several texts are a burst), `presses` a button by its title."""

    model: Model
    knowledge: Knowledge
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
        configure(Services(knowledge=self.knowledge, shop=self.shop))
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


@dataclass(frozen=True)
class Bot:
    """A trained model with what its actions need; every conversation finds the demo shop as it was."""

    model: Model
    knowledge: Knowledge
    shop: Callable[[], MemoryShop]

    @classmethod
    async def load(cls, archive: Path, knowledge: Knowledge, shop_data: Path) -> Bot:
        """The model of `archive` with the demo shop of `shop_data`. Raises what `load_model` raises."""
        return cls(await load_model(archive, LocalActions()), knowledge, lambda: MemoryShop.demo(shop_data))

    def talk(self, name: str = "conversation", known: Mapping[str, Any] | None = None) -> Talk:
        """A fresh conversation while people are there to take it over, unless `known` says otherwise."""
        return Talk(self.model, self.knowledge, self.shop(), dict(known or OPEN), name)
