"""The staff's side over a real database: accounts, desk, routing, on an app that tests talk to through HTTP."""

import asyncio
import contextlib
import socket
from pathlib import Path

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from bot.conversation.service import ConversationService
from bot.desk.agent_api import desk_router
from bot.desk.canned import CannedReplies
from bot.desk.parts import make_desk, make_routing, make_staffing
from bot.gateway.http_errors import install_error_handlers
from bot.identity.access import StaffAccess
from bot.identity.accounts import Accounts, Role
from bot.identity.audit import AuditLog
from bot.identity.audit_api import audit_router
from bot.identity.auth_api import auth_router
from bot.identity.tokens import StaffTokens
from bot.insight.insight_api import insight_router
from bot.storage.audit import SqlAudit
from bot.storage.database import Database
from bot.storage.figures import SqlRuns
from bot.storage.presence import SqlLeases, SqlPresence
from bot.storage.queue import SqlConversationList
from bot.storage.signals import InProcessSignals
from bot.storage.sql.store import SqlConversationStore
from bot.storage.staff import SqlAccounts, SqlStaffTokens
from tests.bot.conversation.world import PlainWords, ScriptedBrain
from tests.support.clock import MovableClock

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


class DeskHouse:
    """Use as an async context manager; `await house.agent("ann")` gives a signed-in client."""

    def __init__(self, database: Database, *, opening_hours: str | None = None) -> None:
        self.database = database
        self.clock = MovableClock()
        self.signals = InProcessSignals()
        self.staffing = make_staffing(SqlPresence(database), self.signals, self.clock, opening_hours)
        self.store = SqlConversationStore(database)
        self.service = ConversationService(
            self.store,
            self.signals,
            self.staffing.availability,
            PlainWords(),
            self.clock,
            presence=self.staffing.presence,
        )
        self.brain = ScriptedBrain()
        self.listing = SqlConversationList(database)
        self.account_store = SqlAccounts(database)
        self.accounts = Accounts(self.account_store, self.clock, CHEAP)
        self.tokens = StaffTokens(SqlStaffTokens(database), self.account_store, self.clock)
        self.access = StaffAccess(self.tokens)
        self.audit = AuditLog(SqlAudit(database), self.clock)
        self.desk = make_desk(
            conversations=self.service,
            staffing=self.staffing,
            listing=self.listing,
            accounts=self.account_store,
            tokens=self.tokens,
            access=self.access,
            audit=self.audit,
            canned=CannedReplies(ROOT / "data" / "desk" / "canned.yml"),
            signals=self.signals,
            clock=self.clock,
        )
        self.app = FastAPI()
        install_error_handlers(self.app)
        for router in (
            auth_router(self.accounts, self.tokens, self.access),
            audit_router(self.audit, self.access),
            desk_router(self.desk),
            insight_router(SqlRuns(database), self.access, self.audit, self.clock),
        ):
            self.app.include_router(router, prefix="/api/v1")
        self._clients: list[httpx.AsyncClient] = []
        self._sent = 0

    def routing(self, **more):
        return make_routing(
            conversations=self.service,
            staffing=self.staffing,
            listing=self.listing,
            leases=SqlLeases(self.database),
            signals=self.signals,
            clock=self.clock,
            **more,
        )

    async def __aenter__(self):
        await self.database.upgrade()
        return self

    async def __aexit__(self, *_):
        for client in self._clients:
            await client.aclose()
        await self.database.close()

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://shop.test/api/v1", headers=headers
        )
        self._clients.append(client)
        return client

    async def account(self, name: str, role: Role = Role.AGENT, teams: tuple[str, ...] = ()):
        return await self.accounts.add(f"{name}@example.com", role, PASSWORD, name=name.title(), teams=teams)

    async def signed_in(self, name: str, role: Role = Role.AGENT, teams: tuple[str, ...] = ()) -> httpx.AsyncClient:
        """A client of a new account; its `.account` is the account and `.token` the access token."""
        account = await self.account(name, role, teams)
        token = (await self.tokens.give(account)).access_token
        client = self.client(token)
        client.account, client.token = account, token
        return client

    async def agent(self, name: str, status: str = "online", **more) -> httpx.AsyncClient:
        """A signed-in agent who has said whether they are there."""
        client = await self.signed_in(name, **more)
        (await client.put("/agent/presence", json={"status": status})).raise_for_status()
        return client

    # -- customers

    async def says(self, conversation_id: str, text: str) -> int:
        self._sent += 1
        return (await self.service.post_customer_message(conversation_id, f"m{self._sent}", text)).seq

    async def customer(self, text: str = "where is my order", profile=None) -> str:
        conversation = await self.service.open(None, profile=profile)
        await self.says(conversation.id, text)
        return conversation.id

    async def answered(self) -> None:
        """Let the bot take every due turn once."""
        for taken in await self.service.take_turns("test", 30, 50):
            await self.service.finish_turn(taken, await self.brain.turn(taken.request))

    async def waiting(self, text: str = "where is my order", profile=None) -> str:
        """A customer who asked for a person."""
        conversation_id = await self.customer(text, profile)
        await self.service.request_human(conversation_id, "person-please")
        return conversation_id

    async def state(self, conversation_id: str) -> str:
        return (await self.service.conversation(conversation_id)).state.value

    # -- a real port

    @contextlib.asynccontextmanager
    async def served(self):
        """The app on a free port; gives its address."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            self.app, log_level="warning", ws="websockets-sansio", ws_max_size=1 << 20, lifespan="off"
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            async with asyncio.timeout(30):
                await serving
