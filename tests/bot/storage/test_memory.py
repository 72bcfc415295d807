import pytest

from bot.storage.memory import MemoryConversationStore
from tests.contracts.conversation_store import ConversationStoreContract


class TestMemoryConversationStore(ConversationStoreContract):
    @pytest.fixture
    def store(self) -> MemoryConversationStore:
        return MemoryConversationStore()
