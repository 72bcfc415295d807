"""A trained model that can answer: Rasa's Agent hosted in this process, tried before it serves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.utils.log_utils import configure_structlog

from bot.brain.action_endpoint import LocalActions
from bot.brain.memory import LATEST_STATES, TurnTrackerStore
from bot.brain.rasa_costs import longest_rule, spare
from bot.brain.replies import SteadyWording
from bot.errors import BatonError

SMOKE_TEXTS = ("hello", "where is my order", "I want to talk to a person")


class BrokenModel(BatonError):
    """An archive that cannot be loaded or does not answer; the model in use stays."""

    code = "broken_model"


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model. `id` is the name of its archive without the ending, as the registry knows it."""

    id: str
    processor: MessageProcessor

    @property
    def domain(self) -> Domain:
        """What it can understand, say and do."""
        return self.processor.domain


def quiet() -> None:
    """Keep customers' words out of the logs: Rasa prints them at debug level unless told otherwise."""
    configure_structlog(logging.WARNING)
    for name in ("rasa", "rasa_sdk", "asyncio", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


async def load_model(archive: Path, actions: LocalActions) -> Model:
    """Load an archive and try it on a few messages; raises `BrokenModel`. Blocks for about a second."""
    quiet()
    spare()
    try:
        agent = Agent(
            generator=SteadyWording({}),
            tracker_store=TurnTrackerStore(Domain.empty()),
            lock_store=InMemoryLockStore(),
            action_endpoint=actions,
        )
        agent.load_model(archive)
        assert agent.processor is not None  # noqa: S101 - load_model sets it or raises
        model = Model(archive.name.removesuffix(".tar.gz"), agent.processor)
        _check_rules(model)
        await try_out(model)
    except BrokenModel:
        raise
    except Exception as error:  # Rasa and the components raise whatever they like
        raise BrokenModel(
            f"The model {archive.name} cannot be loaded ({type(error).__name__}: {error}). "
            "Train again with `baton train`.",
            details={"archive": archive.name},
        ) from error
    return model


def _check_rules(model: Model) -> None:
    if longest_rule(model.processor.graph_runner) > LATEST_STATES:
        raise BrokenModel(
            f"The model {model.id} has a rule of more than {LATEST_STATES} steps. Make it shorter and train again.",
            details={"model": model.id},
        )


async def try_out(model: Model) -> None:
    """A model must name an intent of its domain for ordinary messages. Also warms it up."""
    for text in SMOKE_TEXTS:
        parse = await model.processor.parse_message(UserMessage(text=text, sender_id="smoke test"))
        name = (parse.get("intent") or {}).get("name")
        if not name or name not in model.domain.intents:
            raise BrokenModel(
                f"The model {model.id} does not understand ordinary messages. Train again with `baton train`.",
                details={"model": model.id},
            )
