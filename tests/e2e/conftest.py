"""One prepared and running service for all tests that look at it from outside."""

import pytest

from tests.support.running import RunningService


@pytest.fixture(scope="session")
def service(prepared_state):
    """The whole service, running; tests share it and keep to their own conversations."""
    running = RunningService(prepared_state, BATON_SESSIONS_PER_MINUTE="100000", BATON_SOCKETS_PER_ADDRESS="1000")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def agent(service):
    """The demo's agent, online for the test and away after it."""
    agent = service.staff("agent")
    assert agent.put("/agent/presence", status="online").status_code == 200
    yield agent
    agent.put("/agent/presence", status="offline")
