"""Accounts and signing in, through HTTP."""

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI

from bot.errors import Conflict, InvalidInput
from bot.gateway.http_errors import install_error_handlers
from bot.identity.access import StaffAccess
from bot.identity.accounts import Accounts, Role
from bot.identity.auth_api import auth_router
from bot.identity.tokens import StaffTokens
from bot.storage.memory_staff import MemoryAccounts, MemoryStaffTokens
from tests.support.clock import MovableClock

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


class House:
    def __init__(self) -> None:
        self.clock = MovableClock()
        store = MemoryAccounts()
        self.accounts = Accounts(store, self.clock, CHEAP)
        tokens = StaffTokens(MemoryStaffTokens(), store, self.clock)
        access = StaffAccess(tokens)
        app = FastAPI()
        install_error_handlers(app)
        app.include_router(auth_router(self.accounts, tokens, access), prefix="/api/v1")

        @app.post("/edit", dependencies=[Depends(access.require(Role.EDITOR))])
        async def edit() -> str:
            return "done"

        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test")

    async def login(self, email="a@example.com", password=PASSWORD):
        return await self.http.post("/api/v1/auth/login", json={"email": email, "password": password})


@pytest.fixture
async def house():
    house = House()
    await house.accounts.add("A@Example.com", Role.AGENT, PASSWORD)
    await house.accounts.add("admin@example.com", Role.ADMIN, PASSWORD)
    async with house.http:
        yield house


async def test_login_gives_a_token_and_a_cookie_that_scripts_cannot_read(house):
    answer = await house.login()
    assert answer.status_code == 200
    assert answer.json()["user"] | {"id": "?"} == {"id": "?", "name": "A", "email": "a@example.com", "role": "agent"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await house.http.get("/api/v1/auth/me", headers=bearer)).json()["email"] == "a@example.com"


async def test_wrong_password_and_unknown_account_get_the_same_answer(house):
    wrong, unknown = await house.login(password="x" * 20), await house.login(email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_a_token_ends_with_the_day_and_with_signing_out(house):
    first = (await house.login()).json()["access_token"]
    bearer = {"Authorization": f"Bearer {first}"}
    await house.http.post("/api/v1/auth/logout", headers=bearer)
    assert (await house.http.get("/api/v1/auth/me", headers=bearer)).status_code == 401
    second = (await house.login()).json()["access_token"]
    house.clock.forward(hours=13)
    late = await house.http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {second}"})
    assert late.json()["error"]["code"] == "not_signed_in"


async def test_roles_are_checked_and_an_admin_may_everything(house):
    agent = {"Authorization": f"Bearer {(await house.login()).json()['access_token']}"}
    admin = {"Authorization": f"Bearer {(await house.login('admin@example.com')).json()['access_token']}"}
    house.http.cookies.clear()
    refused = await house.http.post("/edit", headers=agent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "role_missing")
    assert (await house.http.post("/edit", headers=admin)).status_code == 200
    assert (await house.http.post("/edit")).status_code == 401


async def test_a_cookie_does_not_count_for_another_sites_page(house):
    await house.login("admin@example.com")
    foreign = await house.http.post("/edit", headers={"Origin": "https://evil.example.net"})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "cross_site")
    assert (await house.http.post("/edit", headers={"Origin": "http://shop.test"})).status_code == 200


async def test_guessing_is_slowed_down(house):
    answers = [await house.login(password="wrong password") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_unusable_accounts_are_refused_in_words(house):
    with pytest.raises(InvalidInput, match="is not an e-mail address"):
        await house.accounts.add("nobody", Role.AGENT, PASSWORD)
    with pytest.raises(InvalidInput, match="12 to 256 characters"):
        await house.accounts.add("b@example.com", Role.AGENT, "short")
    with pytest.raises(Conflict, match="already an account"):
        await house.accounts.add("a@EXAMPLE.com", Role.AGENT, PASSWORD)
