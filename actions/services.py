"""What actions need from the world, given to them once by whoever hosts them. Importing this touches nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from actions.policy import HandoverPolicy
from actions.shop.port import ShopPort
from kb_index.answers import Answer
from kb_index.articles import Article


class Knowledge(Protocol):
    """The part of the knowledge base that the actions use; `kb_index.search.KnowledgeBase` is one."""

    def answer(self, question: str, context: str | None = None) -> Answer:
        """The passage that answers, or an answer that is not `answerable`."""
        ...

    def article(self, article_id: str) -> Article | None:
        """An article as customers may read it."""
        ...

    def passage(self, article_id: str, question: str) -> str:
        """What an article says to a question, as Markdown; empty where there is nothing to say."""
        ...

    def likeness(self, one: str, other: str) -> float:
        """Cosine of what two texts mean."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the dialogue. Either may be missing: the bot then says so and offers a person."""

    knowledge: Knowledge | None = None
    shop: ShopPort | None = None
    policy: HandoverPolicy = field(default_factory=HandoverPolicy)


class _Holder:
    services = Services()


def configure(services: Services) -> None:
    """Use these services from now on; turns under way keep what they hold."""
    _Holder.services = services


def services() -> Services:
    """The services in use."""
    return _Holder.services
