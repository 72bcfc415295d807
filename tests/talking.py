"""A customer who talks to the bot through `compute_turn`, with a model trained on the project's own content."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
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
from kb_index.articles import load_articles, load_unanswered
from kb_index.build import build
from kb_index.search import KnowledgeBase

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
CONTENT = (
    "config.yml",
    "data/domain",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/shop/products.yaml",
    "bot/brain/nlu",
)
OPEN: Mapping[str, Any] = {"agents_available": True}


@cache
def trained_archive() -> Path:
    """The archive of a model trained on the content as it is; kept until the content changes."""
    archive = KEPT / f"{_fingerprint()}.tar.gz"
    if not archive.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob("*.tar.gz"):
            old.unlink()
        _train(archive)
    return archive


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for place in CONTENT:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in {".yml", ".yaml", ".py"}:
                digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _train(archive: Path) -> None:
    folders = [str(ROOT / "data" / name) for name in ("nlu", "rules", "stories")]
    command = [sys.executable, "-m", "rasa", "train", "--domain", str(ROOT / "data/domain"), "--data", *folders]
    command += ["--config", str(ROOT / "config.yml"), "--out", str(KEPT), "--fixed-model-name", archive.name]
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert archive.is_file(), f"training failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@cache
def knowledge() -> KnowledgeBase:
    """The knowledge base over the project's own articles."""
    keep_under(ROOT / "var" / "cache")
    encoder = serving_encoder(None)
    build(
        load_articles(ROOT / "data" / "kb"), KEPT / "index", encoder, unanswered=load_unanswered(ROOT / "data" / "kb")
    )
    return KnowledgeBase.open(KEPT / "index", encoder)


class _Loaded:
    model: Model | None = None


async def bot() -> Model:
    """The trained model, loaded once a test run."""
    if _Loaded.model is None:
        keep_under(ROOT / "var" / "cache")
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
