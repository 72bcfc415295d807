import pytest

from bot.storage.memory import MemoryConversationStore
from tests.bot.conversation.world import World


@pytest.fixture
def world() -> World:
    return World(MemoryConversationStore())
