"""A worker that speaks the real wire protocol and says what the tests can check: every text it was given, once."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.brain.wire import TOKEN_HEADER, request_from_json, result_to_json
from bot.conversation.model import HandoffRequest, Reason, Reply, Signals, TurnResult
from bot.errors import BatonError

SLOW_SECONDS = 0.4
SWAP_SECONDS = 0.2


class ScriptedWorker:
    """Answers `re: TEXT / TEXT`. In a text `#person` hands over, `#slow` takes its time and `#fails` fails the first
    time. A swap of the model takes a moment, in which the old one goes on serving."""

    def __init__(self, token: str, hit=lambda point: None) -> None:
        self._token = token
        self._hit = hit
        self._model = 1
        self.turns = 0
        routes = [
            Route("/health", self._health),
            Route("/v1/turn", self._turn, methods=["POST"]),
            Route("/v1/reload", self._reload, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    async def _health(self, request):
        return JSONResponse({"status": "ready", "model_id": f"model-{self._model}", "turns": self.turns})

    async def _reload(self, request):
        await asyncio.sleep(SWAP_SECONDS)
        self._hit("worker.swap")
        self._model += 1
        return await self._health(request)

    async def _turn(self, request):
        if request.headers.get(TOKEN_HEADER) != self._token:
            return JSONResponse({"error": {"code": "bad_worker_token", "message": "no", "details": {}}}, 401)
        try:
            turn = request_from_json(await request.json())
        except ClientDisconnect:
            return JSONResponse({})
        except BatonError as error:
            return JSONResponse({"error": {"code": error.code, "message": error.message, "details": {}}}, 422)
        self.turns += 1
        self._hit("worker.turn_taken")
        said = " / ".join(message.text for message in turn.messages)
        if "#slow" in said:
            await asyncio.sleep(SLOW_SECONDS)
        if "#fails" in said and turn.attempt == 1:
            return JSONResponse({"error": {"code": "worker_failed", "message": "failed", "details": {}}}, 500)
        handoff = HandoffRequest(Reason.CUSTOMER_REQUEST) if "#person" in said else None
        result = TurnResult(
            replies=(Reply(f"re: {said}"),),
            tracker_events=[{"event": "user", "text": said}],
            signals=Signals(outcome="escalated" if handoff else "answered", handoff=handoff),
            model_id=f"model-{self._model}",
            timings={"scripted": 0.1},
        )
        self._hit("worker.turn_computed")
        return JSONResponse(result_to_json(result))
