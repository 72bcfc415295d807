import pytest

from bot.storage.database import Database
from bot.storage.sql import SqlConversationStore
from tests.contracts.conversation_store import ConversationStoreContract


class TestOnSqlite(ConversationStoreContract):
    @pytest.fixture
    def store(self, sqlite: Database) -> SqlConversationStore:
        return SqlConversationStore(sqlite)


@pytest.mark.postgres
class TestOnPostgres(ConversationStoreContract):
    @pytest.fixture
    def store(self, postgres: Database) -> SqlConversationStore:
        return SqlConversationStore(postgres)
