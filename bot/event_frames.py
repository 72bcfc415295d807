"""Frames of the newest events, made once for all sockets that are sent them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from bot.conversation.model import Event
from bot.wire_frames import TextFrame, json_frame

KEPT = 256


class EventFrames:
    """What `make` says of an event, as a frame; None for an event that is not to be shown.

    Five hundred who read a conversation live are all given the very event that its writer keeps in memory, and so the
    same frame. An event read from the log again is made into a frame again.
    """

    def __init__(self, make: Callable[[Event], Mapping[str, Any] | None]) -> None:
        self._make = make
        self._made: OrderedDict[tuple[str, int], tuple[Event, TextFrame | None]] = OrderedDict()

    def of(self, event: Event) -> TextFrame | None:
        """The event's frame."""
        key = event.conversation_id, event.seq
        known = self._made.get(key)
        if known is not None and known[0] is event:
            return known[1]
        shown = self._make(event)
        frame = json_frame(shown) if shown is not None else None
        self._made[key] = event, frame
        self._made.move_to_end(key)
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return frame
