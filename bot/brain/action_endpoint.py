"""Rasa's actions run inside the worker: no action server, no network, a time limit, and no silent failure."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.turn import current_turn

ACTION_SECONDS = 5.0
_log = logging.getLogger(__name__)


class LocalActions(EndpointConfig):
    """Runs the actions of the `actions` package in this process, in the context of the turn."""

    def __init__(self, seconds: float = ACTION_SECONDS) -> None:
        super().__init__(url=None)
        self._executor = ActionExecutor()
        self._executor.register_package("actions")
        self._seconds = seconds

    async def request(
        self, method: str = "post", subpath: str | None = None, content_type: str | None = None, **kwargs: Any
    ) -> Any:
        """Run the action named in Rasa's call. One that fails or takes too long is noted in the turn, which then
        hands over; the dialogue itself goes on as if it had said nothing."""
        call = kwargs["json"]
        name = str(call.get("next_action"))
        try:
            async with asyncio.timeout(self._seconds):
                return await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            body = json.dumps({"error": str(rejection), "action_name": rejection.action_name})
            raise ClientResponseError(400, rejection.message, body) from rejection
        except Exception as error:  # whatever an action raises, the customer must get an answer
            # The message may quote the customer, so only where and what kind is logged.
            _log.error("action %s failed: %s at %s", name, type(error).__name__, _where(error))
            current_turn().findings.failed_action = name
            return {"events": [{"event": "followup", "name": "action_listen"}], "responses": []}


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
