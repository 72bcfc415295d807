"""An agent at the desk who claims whoever waits, answers and resolves, for as long as they are asked to."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
from websockets.asyncio.client import connect

LOOKS_EVERY = 1.0
PINGS_EVERY = 15.0


class BusyAgent:
    """Signed in by an access token. What was done is counted in `counts`."""

    def __init__(self, base: str, access_token: str, counts: Counter[str]) -> None:
        self._base = base
        self._headers = {"Authorization": f"Bearer {access_token}"}
        self._counts = counts

    async def work(self) -> None:
        """With a desk page open beside it, until cancelled."""
        async with (
            httpx.AsyncClient(
                base_url=f"{self._base}/api/v1", headers=self._headers, timeout=60, trust_env=False
            ) as http,
            asyncio.TaskGroup() as group,
        ):
            await self._put(http, "/agent/presence", status="online", capacity=50)
            group.create_task(self._page())
            while True:
                listed = await http.get("/agent/conversations", params={"state": "queued,offline,agent"})
                listed.raise_for_status()
                for waiting in listed.json()["items"]:
                    await self._serve(http, waiting)
                await asyncio.sleep(LOOKS_EVERY)

    async def _serve(self, http: httpx.AsyncClient, waiting: Mapping[str, Any]) -> None:
        path = f"/agent/conversations/{waiting['id']}"
        if waiting["state"] != "agent" and (await http.post(f"{path}/claim")).status_code != 200:
            self._counts["claims_refused"] += 1
            return
        await self._post(http, f"{path}/messages", client_message_id=uuid.uuid4().hex, text="Hello, I am looking.")
        await self._post(http, f"{path}/resolve", outcome="resolved")
        self._counts["resolved"] += 1

    async def _page(self) -> None:
        address = f"{self._base.replace('http', 'ws', 1)}/api/v1/agent/ws"
        async with connect(address, additional_headers=self._headers, proxy=None, max_size=2**22) as ws:
            reading = asyncio.create_task(self._read(ws))
            try:
                while True:
                    await asyncio.sleep(PINGS_EVERY)
                    await ws.send('{"type":"ping"}')
            finally:
                reading.cancel()

    async def _read(self, ws: Any) -> None:
        async for raw in ws:
            self._counts[f"desk_{json.loads(raw)['type']}"] += 1

    async def _post(self, http: httpx.AsyncClient, path: str, **body: Any) -> None:
        (await http.post(path, json=body)).raise_for_status()

    async def _put(self, http: httpx.AsyncClient, path: str, **body: Any) -> None:
        (await http.put(path, json=body)).raise_for_status()
