"""What the bot says in a turn: Rasa's messages become replies of the conversation core."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversation.model import Reply


class ReplyCollector(OutputChannel):
    """Keeps every message whole (Rasa's own collector cuts texts at blank lines)."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        """Name of the channel in Rasa's events."""
        return "baton"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one message."""
        reply = reply_of(message)
        if reply.text.strip() or reply.cards:
            self.replies.append(reply)


def reply_of(message: Mapping[str, Any]) -> Reply:
    """A reply from Rasa's message: text, buttons, and what the actions added (sources, cards)."""
    custom = message.get("custom") or {}
    return Reply(
        text=str(message.get("text") or ""),
        quick_replies=tuple(
            {"title": str(button["title"]), "payload": str(button["payload"])}
            for button in message.get("buttons") or ()
            if button.get("title") and button.get("payload")
        ),
        sources=tuple(custom.get("sources") or ()),
        cards=tuple(custom.get("cards") or ()),
    )


class SteadyWording(TemplatedNaturalLanguageGenerator):
    """Chooses among the variations of a response without chance, so that a repeated turn says the same words.

    A conversation starts at a variation of its own and goes on to the next at every use.
    """

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """See Rasa's `NaturalLanguageGenerator.generate`."""
        slots = tracker.current_slot_values()
        suitable = ResponseVariationFilter(self.responses)
        variations = suitable.responses_for_utter_action(utter_action, output_channel, slots)
        if not variations:
            return None
        chosen = variations[variation(tracker, utter_action, len(variations))]
        response = {name: value for name, value in chosen.items() if name not in {"condition", "channel"}}
        if "buttons" in response:
            response["buttons"] = [dict(button) for button in response["buttons"]]
        return self._fill_response(response, slots, **kwargs)


def variation(tracker: DialogueStateTracker, response: str, count: int) -> int:
    """Which of `count` variations is next in this conversation."""
    used = sum(
        1
        for event in tracker.events
        if isinstance(event, BotUttered) and event.metadata.get("utter_action") == response
    )
    start = hashlib.sha256(f"{tracker.sender_id}:{response}".encode()).digest()[0]
    return (start + used) % count
