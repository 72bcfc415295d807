"""Every setting in one typed place, read from the environment and `.env`.

Only `bot.app` and `bot.cli` import this; pieces get values, not the settings object.
"""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.errors import BatonError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "BATON_"
# Read by the tests and the evaluation, not by the service.
NOT_SETTINGS = {"BATON_TEST_REQUIRE", "BATON_EVAL_DATA"}
MINIMUM_SECRET = 32
KNOWN_DEFAULT_SECRETS = {"changeme", "secret", "password", "default", "baton", "please-change-me"}


class InvalidSettings(BatonError):
    """A setting is missing, unknown or unusable; the message names it and says what to do."""

    code = "invalid_settings"


class Settings(BaseModel):
    """Values of the installation. Every field is the variable BATON_<FIELD> (upper case)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = Field("", description="SQLite or PostgreSQL; empty: SQLite under the state directory")
    redis_url: str | None = Field(None, description="Redis, only needed with more than one gateway")
    workers: int = Field(1, ge=1, le=64, description="Worker processes the gateway starts itself")
    worker_urls: tuple[str, ...] = Field(
        (), description="Workers run elsewhere, comma separated; then none is started here"
    )
    worker_token: str | None = Field(None, description="Shared by gateway and workers; made anew when empty")
    secret_key: str | None = Field(
        None, description="At least 32 characters; empty: made and kept in the state directory"
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="Origins of pages that may embed the widget, comma separated"
    )
    public_url: str | None = Field(None, description="Address customers reach this service at")
    embedding_model: str | None = Field(
        None, description="sentence-transformers directory or name; empty: packaged MiniLM with what ships taught"
    )
    shop_url: str | None = Field(
        None, description="sqlite:///... or http(s)://...; empty: the demo shop's own database"
    )
    identity_secret: str | None = Field(
        None, description="Signs customers' identity tokens (HS256), 32 characters or more"
    )
    smtp_url: str | None = Field(None, description="smtp://user:password@host:port for outgoing mail")
    opening_hours: str | None = Field(
        None, description="'Mon-Fri 08:00-20:00; Sat 09:00-17:00 Europe/London'; empty: always"
    )
    log_level: str = Field("info", description="debug, info, warning or error")
    log_format: str = Field("text", description="text, or json: one object a line")
    data_dir: Path = Field(ROOT / "data", description="The bot's content")
    state_dir: Path = Field(ROOT / "var", description="What this installation writes")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses whose X-Forwarded-For is believed, comma separated"
    )
    messages_per_minute: int = Field(30, ge=1, description="A session's limit")
    sessions_per_minute: int = Field(60, ge=1, description="New sessions an address")
    sockets_per_address: int = Field(200, ge=1, description="Open sockets an address")
    busy_turns: int = Field(500, ge=1, description="Answers owed from which on new chats are put off (503)")
    busy_seconds: float = Field(
        30.0, gt=0, description="Age of the oldest answer owed from which on new chats are put off, if more wait"
    )

    @field_validator("worker_urls", "allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("redis_url", "worker_token", "secret_key", "public_url", "embedding_model", "shop_url",
                     "identity_secret", "smtp_url", "opening_hours", mode="before")  # fmt: skip
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
                raise ValueError(f"'{origin}' is not an origin such as https://shop.example.com")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    @field_validator("log_format")
    @classmethod
    def _form(cls, value: str) -> str:
        if value.lower() not in {"text", "json"}:
            raise ValueError("must be text or json")
        return value.lower()

    @field_validator("secret_key", "identity_secret")
    @classmethod
    def _strong(cls, value: str | None) -> str | None:
        if value is not None and (len(value) < MINIMUM_SECRET or value.lower() in KNOWN_DEFAULT_SECRETS):
            raise ValueError(f"needs at least {MINIMUM_SECRET} characters that nobody can guess")
        if value is not None and len(set(value)) < 8:
            raise ValueError("repeats too few characters to be a secret")
        return value

    @property
    def database(self) -> str:
        """The database's address with the default filled in."""
        return self.database_url or f"sqlite:///{self.state_dir / 'baton.sqlite3'}"

    @property
    def shop(self) -> str:
        """The shop's address with the demo shop as default."""
        return self.shop_url or f"sqlite:///{self.state_dir / 'shop.sqlite3'}"


def read_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read the environment over `.env`; raise `InvalidSettings` naming the variable and the mend."""
    env = dict(os.environ if environ is None else environ)
    file = (Path.cwd() / ".env") if dotenv is None else dotenv
    from_file = {k: v for k, v in dotenv_values(file).items() if v is not None} if file.is_file() else {}
    values = {k: v for k, v in {**from_file, **env}.items() if k.upper().startswith(PREFIX)}
    _refuse_unknown(values)
    fields = {k.upper().removeprefix(PREFIX).lower(): v for k, v in values.items() if k.upper() not in NOT_SETTINGS}
    try:
        return Settings.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise InvalidSettings(f"{name}: {first['msg'].removeprefix('Value error, ')}", details={"name": name}) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    for name in names:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.0)
            raise InvalidSettings(f"{name} is not a setting. Did you mean {near[0]}?", details={"name": name})


def secret_from_state(state_dir: Path, name: str) -> str:
    """A random secret kept in the state directory with mode 600, made on first use.

    Two processes that start together agree: the file appears whole or not at all, and the first one wins.
    """
    path = state_dir / name
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        draft = state_dir / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    value = path.read_text().strip()
    if len(value) < MINIMUM_SECRET:
        raise InvalidSettings(f"{path} holds a secret that is too short; delete the file to have a new one made")
    return value
