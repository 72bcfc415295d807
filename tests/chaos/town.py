"""Gateways and workers as processes, the wires between them and their customers, a database of its own."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.clock import SystemClock
from bot.identity.accounts import Accounts, Role
from bot.identity.tokens import StaffTokens
from bot.storage.database import Database, connect
from bot.storage.staff import SqlAccounts, SqlStaffTokens
from tests.support.desk_house import CHEAP, PASSWORD
from tests.support.failpoints import GATEWAY_POINTS, WORKER_POINTS
from tests.support.mother import DIARY, Child, Mother
from tests.support.plain_http import PLAIN
from tests.support.running import lasting_port
from tests.support.wire import RoughWire


@dataclass
class Post:
    """A process that is started again whenever it dies; `arms` are the points at which each life may end."""

    role: str
    port: int
    arms: list[dict[str, int]] = field(default_factory=list)
    child: Child | None = None
    lives: int = 0
    held_down: bool = False


async def staffed(database: Database) -> list[str]:
    """Bring the schema up and hire two agents; their access tokens."""
    await database.upgrade()
    accounts = SqlAccounts(database)
    tokens = StaffTokens(SqlStaffTokens(database), accounts, SystemClock())
    hired = Accounts(accounts, SystemClock(), CHEAP)
    names = ("ann", "ben")
    return [
        (await tokens.give(await hired.add(f"{name}@example.com", Role.AGENT, PASSWORD, name=name))).access_token
        for name in names
    ]


class Town:
    """Made once for a slot, with a `night` for every run in it: the programs stay loaded, the data is new."""

    def __init__(
        self,
        mother: Mother,
        directory: Path,
        database_url: str,
        tokens: list[str],
        *,
        gateways: int = 1,
        workers: int = 1,
        hurried: dict | None = None,
        through: str | None = None,
        **values,
    ) -> None:
        """`through` is where the gateways find the database, if that is not where the test does."""
        self.database_url = database_url
        self.tokens = tokens
        self.gateways = [Post("gateway", lasting_port()) for _ in range(gateways)]
        self.workers = [Post("worker", lasting_port()) for _ in range(workers)]
        self.street: RoughWire
        self.lanes: list[RoughWire] = []
        self._mother = mother
        self._diary = directory / DIARY
        self._lane_ports = [lasting_port() for _ in self.workers]
        urls = [f"http://127.0.0.1:{port}" for port in self._lane_ports]
        given = {"database_url": through or database_url, "worker_urls": urls, **values}
        self._kind = mother.learn(directory, given, hurried)
        self._closing = False

    def deaths(self) -> list[str]:
        """The points at which processes died so far."""
        return self._diary.read_text().split() if self._diary.exists() else []

    @asynccontextmanager
    async def night(self, chance: random.Random):
        """Everything running for one run."""
        self._closing = False
        async with RoughWire(*(("127.0.0.1", post.port) for post in self.gateways), chance=chance) as self.street:
            self.lanes = [RoughWire(("127.0.0.1", post.port), chance=chance) for post in self.workers]
            for lane, port in zip(self.lanes, self._lane_ports, strict=True):
                lane.port = port
                await lane.mend()
            keepers = [asyncio.create_task(self._keep(post)) for post in (*self.workers, *self.gateways)]
            try:
                await self.answering((*self.gateways, *self.workers))
                yield self
            finally:
                self._closing = True
                await asyncio.gather(*keepers)
                for lane in self.lanes:
                    await lane.cut()

    @property
    def address(self) -> str:
        """Where customers and agents go."""
        return f"127.0.0.1:{self.street.port}"

    @property
    def wires(self) -> Sequence[RoughWire]:
        """Every wire that can be hurt."""
        return [self.street, *self.lanes]

    async def swap_model(self) -> None:
        """Have every worker take up another model."""
        async with httpx.AsyncClient(timeout=2, trust_env=False, verify=PLAIN) as http:
            for post in self.workers:
                try:
                    await http.post(f"http://127.0.0.1:{post.port}/v1/reload")
                except httpx.HTTPError:
                    continue

    def disarm(self) -> None:
        """Whoever starts from now on is safe."""
        for post in (*self.gateways, *self.workers):
            post.arms.clear()

    async def _keep(self, post: Post) -> None:
        while not self._closing:
            if not post.held_down and (post.child is None or not post.child.alive):
                arm = post.arms.pop(0) if post.arms else {}
                post.child = self._mother.start(post.role, self._kind, post.port, arm)
                post.lives += 1
            await asyncio.sleep(0.02)
        if post.child is not None:
            post.child.kill()
            await post.child.gone()
            post.child = None

    async def answering(self, posts: Sequence[Post], seconds: float = 180) -> None:
        """Wait until those processes answer."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(trust_env=False, verify=PLAIN) as http:
            for post in posts:
                path = "/health/live" if post.role == "gateway" else "/health"
                while True:
                    try:
                        await http.get(f"http://127.0.0.1:{post.port}{path}", timeout=2)
                        break
                    except httpx.HTTPError:
                        await asyncio.sleep(0.02)


async def sqlite_template(directory: Path) -> tuple[Path, list[str]]:
    """A database file with a schema and agents, to be copied for each run."""
    template = directory / "template.sqlite3"
    database = connect(f"sqlite:///{template}")
    tokens = await staffed(database)
    await database.close()
    return template, tokens


def fresh_sqlite(template: Path, url: str) -> None:
    """Put a copy of the template where the address says."""
    target = Path(url.removeprefix("sqlite:///"))
    for old in target.parent.glob(target.name + "*"):
        old.unlink()
    shutil.copy(template, target)


def arms_of(post: Post, first: str | None, chance: random.Random) -> list[dict[str, int]]:
    """At which point the first lives of a process end: `first` at once if given, then at chance."""
    points = GATEWAY_POINTS if post.role == "gateway" else WORKER_POINTS
    arms = [{first: 1}] if first in points else []
    arms += [{chance.choice(points): chance.randint(1, 4)} for _ in range(chance.randint(0, 1))]
    return arms
