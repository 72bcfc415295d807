"""Places in the service's processes where a test has the machine fail: the process is killed there, without warning.

The service knows nothing of this: the launcher of the tests wraps its verbs before it runs them.
"""

import asyncio
import os
import signal
from contextvars import ContextVar
from pathlib import Path

from bot.brain.client import WorkerBrain
from bot.conversation.service import ConversationService
from bot.gateway import protocol
from bot.storage.sql.store import SqlConversationStore

VERBS = {"message": "post_customer_message", "turn": "finish_turn", "claim": "claim"}
GATEWAY_POINTS = (
    "message.before_commit",
    "message.after_commit",
    "turn.computing",
    "turn.before_commit",
    "turn.after_commit",
    "claim.before_commit",
    "claim.after_commit",
    "replay",
)
WORKER_POINTS = ("worker.turn_taken", "worker.turn_computed", "worker.swap")

_doing: ContextVar[str | None] = ContextVar("doing", default=None)


class Failpoints:
    """`armed` says at which pass of which point this process dies; each death is a line in `diary`."""

    def __init__(self, armed: dict[str, int], diary: Path) -> None:
        self._armed = dict(armed)
        self._diary = diary

    def hit(self, point: str) -> None:
        """Pass a point, or die there."""
        left = self._armed.get(point)
        if left is None:
            return
        self._armed[point] = left - 1
        if left == 1:
            with self._diary.open("a") as diary:
                diary.write(point + "\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Wrap the verbs of the gateway in this process."""
        for name, verb in VERBS.items():
            setattr(ConversationService, verb, _named(name, getattr(ConversationService, verb)))
        SqlConversationStore.write = self._rigged_write(SqlConversationStore.write)
        WorkerBrain.turn = self._rigged_turn(WorkerBrain.turn)
        protocol.event_frame = self._passing("replay", protocol.event_frame)

    def _rigged_write(self, write):
        async def rigged(store, script, **how):
            verb = _doing.get()
            if verb is None:
                return await write(store, script, **how)

            def to_the_brink(transaction):
                result = script(transaction)
                self.hit(f"{verb}.before_commit")
                return result

            result = await write(store, to_the_brink, **how)
            self.hit(f"{verb}.after_commit")
            return result

        return rigged

    def _rigged_turn(self, turn):
        async def rigged(brain, request):
            asking = asyncio.ensure_future(turn(brain, request))
            await asyncio.wait({asking}, timeout=0.005)
            self.hit("turn.computing")
            return await asking

        return rigged

    def _passing(self, point, function):
        def passing(*arguments):
            self.hit(point)
            return function(*arguments)

        return passing


def _named(name, verb):
    async def named(*arguments, **more):
        token = _doing.set(name)
        try:
            return await verb(*arguments, **more)
        finally:
            _doing.reset(token)

    return named
