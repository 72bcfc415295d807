"""What a worker holds: the live model, the knowledge base, the shop; and how each is renewed while turns go on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.policy import HandoverPolicy
from actions.services import Services, configure
from actions.shop.port import ShopPort
from bot.brain.action_endpoint import LocalActions
from bot.brain.agent import BrokenModel, Model, load_model
from bot.brain.inference import InferenceThread
from bot.brain.live_model import LiveModel, LiveModelWatch
from bot.brain.reading import Reading, plain, read_text
from bot.brain.turn import compute_turn
from bot.conversation.model import TurnRequest, TurnResult
from bot.errors import Unavailable
from bot.settled import settle
from kb_index.answers import Answer, Hit
from kb_index.errors import KnowledgeError
from kb_index.search import KnowledgeBase

POLL_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Figures:
    """Counted since the start."""

    turns: int = 0
    failed: int = 0
    model_swaps: int = 0
    refused_models: list[str] = field(default_factory=list)


class Host:
    """Serves turns from whatever is live. A new model is loaded and tried beside the old one and then takes its
    place between two turns; a broken one is refused and the old one stays."""

    def __init__(
        self,
        models_dir: Path,
        open_knowledge: Callable[[], KnowledgeBase],
        open_shop: Callable[[], ShopPort],
        policy: HandoverPolicy | None = None,
        expect: Callable[[Sequence[str]], None] = lambda texts: None,
    ) -> None:
        self._watch = LiveModelWatch(models_dir)
        self._open_knowledge = open_knowledge
        self._open_shop = open_shop
        self._policy = policy or HandoverPolicy()
        self._expect = expect
        self._actions = LocalActions()
        self._thread = InferenceThread()
        self._model: Model | None = None
        self._live: LiveModel | None = None
        self._refused: LiveModel | None = None
        self._knowledge: KnowledgeBase | None = None
        self._shop: ShopPort | None = None
        self._polling: asyncio.Task[None] | None = None
        self._renewing = asyncio.Lock()
        self._started = time.monotonic()
        self.figures = Figures()

    async def start(self) -> None:
        """Open everything there is; what is missing is looked for again while serving."""
        self._thread.start()
        self._shop = await self._thread.run(self._connect_shop())
        await self.renew()
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Let go of everything."""
        if self._polling:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
        if self._shop is not None:
            await self._thread.run(self._shop.aclose())
        self._thread.stop()

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Compute one turn with the model that is live now."""
        model = self._ready()
        self.figures.turns += 1
        self._expect([plain(message.text) for message in request.messages if not message.payload])
        try:
            return await self._thread.run(compute_turn(model, request))
        except Exception:
            self.figures.failed += 1
            raise

    async def parse(self, text: str) -> Reading:
        """How a message is understood, outside of any conversation."""
        return await self._thread.run(read_text(self._ready().processor, text, 0))

    async def ask(self, question: str) -> Answer:
        """What the knowledge base says to a question."""
        knowledge = self._knowing()
        return await self._thread.run(_in_thread(lambda: knowledge.answer(question)))

    async def search(self, query: str, count: int) -> list[Hit]:
        """Articles for the help centre's search."""
        knowledge = self._knowing()
        return await self._thread.run(_in_thread(lambda: knowledge.search(query, count)))

    async def renew(self) -> None:
        """Take up a newly promoted model and a new index, if there are any."""
        async with self._renewing:
            await asyncio.to_thread(self._renew_knowledge)
            await self._renew_model()

    def health(self) -> dict[str, Any]:
        """What is loaded; never waits for a turn."""
        return {
            "status": "ready" if self._model and self._knowledge else "waiting",
            "model_id": self._model.id if self._model else None,
            "articles": len(self._knowledge) if self._knowledge else 0,
            "turns": self.figures.turns,
            "turns_failed": self.figures.failed,
            "model_swaps": self.figures.model_swaps,
            "refused_models": list(self.figures.refused_models),
            "uptime_seconds": round(time.monotonic() - self._started, 1),
        }

    async def _connect_shop(self) -> ShopPort | None:
        try:
            return self._open_shop()
        except Exception as error:  # without a shop questions are still answered; wishes go to a person
            _log.error("the shop cannot be opened: %s", error)
            return None

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.renew()
            except Exception as error:  # the next poll tries again; serving goes on
                _log.error("renewing failed: %s", type(error).__name__)

    def _renew_knowledge(self) -> None:
        try:
            if self._knowledge is None:
                self._knowledge = self._open_knowledge()
                configure(Services(self._knowledge, self._shop, self._policy))
            else:
                self._knowledge.refresh()
        except KnowledgeError as error:
            _log.warning("%s", error.message)
            configure(Services(self._knowledge, self._shop, self._policy))

    async def _renew_model(self) -> None:
        live = await asyncio.to_thread(self._watch.look)
        if live is None or live in (self._live, self._refused):
            return
        try:
            model = await asyncio.to_thread(lambda: asyncio.run(load_model(live.archive, self._actions)))
        except BrokenModel as error:
            self._refused = live
            self.figures.refused_models.append(live.id)
            _log.error("%s", error.message)
            return
        if self._model is not None:
            self.figures.model_swaps += 1
        self._model, self._live = model, live
        await asyncio.to_thread(settle)
        _log.info("model %s is live", model.id)

    def _ready(self) -> Model:
        if self._model is None:
            raise Unavailable("No model is live yet. Run `baton train --promote`.", code="no_model")
        return self._model

    def _knowing(self) -> KnowledgeBase:
        if self._knowledge is None:
            raise Unavailable("The knowledge base is not indexed yet. Run `baton index`.", code="no_index")
        return self._knowledge


async def _in_thread(work: Callable[[], Any]) -> Any:
    return work()
