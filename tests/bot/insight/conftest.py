"""Insight over the desk's house."""

from tests.bot.desk.conftest import desk_postgres_url, house

__all__ = ["desk_postgres_url", "house"]
