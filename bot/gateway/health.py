"""Health for load balancers and figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Check = Callable[[], Awaitable[str | None]]
CHECK_WITHIN = 3.0


def health_router(checks: Mapping[str, Check], registry: CollectorRegistry) -> APIRouter:
    """`/health/live`, `/health/ready` (each check answers None when well, else what is wrong) and `/metrics`."""
    router = APIRouter(tags=["operation"])

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        """The process runs and its event loop turns."""
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        """Whether customers can be served now; 503 names the part that is missing."""
        results = {name: await _run(check) for name, check in checks.items()}
        well = all(value == "ok" for value in results.values())
        return JSONResponse({"status": "ready" if well else "not_ready", "checks": results}, 200 if well else 503)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _run(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            return await check() or "ok"
    except TimeoutError:
        return f"no answer within {CHECK_WITHIN:g} s"
    except Exception as error:
        return type(error).__name__
