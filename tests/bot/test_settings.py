"""Settings: one typed place, clear words for every mistake, secrets made safely."""

import stat
from pathlib import Path

import pytest

from bot.settings import InvalidSettings, Settings, read_settings, secret_from_state


def read(tmp_path: Path, **environ: str) -> Settings:
    return read_settings(environ, dotenv=tmp_path / ".env")


def test_defaults_need_nothing(tmp_path):
    settings = read(tmp_path)
    assert settings.workers == 1
    assert settings.database.startswith("sqlite:///")


def test_unknown_setting_names_the_nearest_known_one(tmp_path):
    with pytest.raises(InvalidSettings, match=r"BATON_DATABSE_URL is not a setting\. Did you mean BATON_DATABASE_URL"):
        read(tmp_path, BATON_DATABSE_URL="x")


def test_unknown_setting_in_dotenv_is_refused_too(tmp_path):
    (tmp_path / ".env").write_text("BATON_WORKRES=2\n")
    with pytest.raises(InvalidSettings, match="BATON_WORKERS"):
        read(tmp_path)


def test_environment_wins_over_dotenv(tmp_path):
    (tmp_path / ".env").write_text("BATON_WORKERS=2\n")
    assert read(tmp_path).workers == 2
    assert read(tmp_path, BATON_WORKERS="3").workers == 3


@pytest.mark.parametrize("secret", ["changeme", "short", "a" * 64])
def test_default_short_or_weak_secret_is_refused(tmp_path, secret):
    with pytest.raises(InvalidSettings, match="BATON_SECRET_KEY"):
        read(tmp_path, BATON_SECRET_KEY=secret)


def test_wrong_value_is_one_line_that_names_the_variable(tmp_path):
    with pytest.raises(InvalidSettings) as caught:
        read(tmp_path, BATON_WORKERS="many")
    assert caught.value.message.startswith("BATON_WORKERS: ")
    assert "\n" not in caught.value.message


def test_lists_are_comma_separated_and_origins_are_origins(tmp_path):
    settings = read(tmp_path, BATON_ALLOWED_ORIGINS="https://a.example.com, https://b.example.com/")
    assert settings.allowed_origins == ("https://a.example.com", "https://b.example.com")
    with pytest.raises(InvalidSettings, match="BATON_ALLOWED_ORIGINS"):
        read(tmp_path, BATON_ALLOWED_ORIGINS="shop.example.com")


def test_secret_is_made_once_and_only_for_the_owner(tmp_path):
    first = secret_from_state(tmp_path, "secret_key")
    assert first == secret_from_state(tmp_path, "secret_key")
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]
