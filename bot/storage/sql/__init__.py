"""The conversation store on SQL, one noun a file."""

from bot.storage.sql.store import SqlConversationStore

__all__ = ["SqlConversationStore"]
