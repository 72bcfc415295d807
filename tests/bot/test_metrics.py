"""Every figure is on the dashboard, and the dashboard asks for no figure that there is not."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from bot.installation import Places, Secrets
from bot.serving import Service, ServiceValues
from tests.support.house import House, is_message
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((ROOT / "docs" / "dashboard.json").read_text())


@pytest.fixture
def service(tmp_path):
    places = Places(ROOT, ROOT / "data", tmp_path)
    secrets = Secrets("s" * 40, "t" * 40, None)
    url = f"sqlite:///{tmp_path}/b.sqlite3"
    return Service(ServiceValues(places, secrets, url, url, "127.0.0.1", 0, worker_urls=("http://127.0.0.1:9",)))


def test_the_dashboard_shows_every_figure_there_is_and_no_other(service):
    there = {family.name for family in service.registry.collect()}
    asked = set(re.findall(r"baton_\w+", " ".join(t["expr"] for p in DASHBOARD["panels"] for t in p["targets"])))
    assert {re.sub(r"_(total|bucket|count)$", "", name) for name in asked} == there


def test_a_figure_of_waiting_scripts_is_read_when_it_is_asked_for(service):
    assert b"baton_database_waiting 0.0" in generate_latest(service.registry)


async def test_coming_back_and_a_false_cursor_are_counted():
    async with House() as house:
        metrics, token = house.parts.metrics, (await house.session())["session_token"]
        async with house.socket(token) as client:
            await client.say("hello")
            last = (await client.until(is_message("bot", "hello")))[-1]["seq"]
        assert metrics.reconnects._value.get() == 0
        async with house.socket(token, last_seq=last) as client:
            await client.until("welcome")
        async with house.socket(token, last_seq=last + 99) as client:
            await client.until("resync")
        await eventually(lambda: (metrics.reconnects._value.get(), metrics.resyncs._value.get()) == (2, 1), timeout=30)
        assert metrics.messages._value.get() == 1
