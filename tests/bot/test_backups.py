"""A whole installation in one file: from one moment, while it is written to, and put back only where that is safe."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.backups import MAIN, Kept, back_up, restore
from bot.errors import BatonError
from bot.running import nobody_serving_from, serving_from
from bot.storage.database import connect
from bot.storage.schema import SchemaTooNew
from bot.storage.snapshot import snapshot
from bot.storage.sql.store import SqlConversationStore
from tests.bot.conversation.world import World
from tests.support.running import ROOT, baton

in_thread = asyncio.to_thread


@pytest.fixture
def kept(tmp_path):
    state = tmp_path / "var"
    (state / "models").mkdir(parents=True)
    (state / "models" / "registry.json").write_text("{}")
    (state / "secret_key").write_text("s" * 40)
    (state / "secret_key").chmod(0o600)
    return Kept({MAIN: state / MAIN, "shop.sqlite3": state / "shop.sqlite3"}, state)


async def talked(kept: Kept) -> dict[str, list]:
    """A conversation with a person in a new database; the logs in it."""
    database = connect(f"sqlite:///{kept.databases[MAIN]}")
    await database.upgrade()
    world = World(SqlConversationStore(database))
    conversation = await world.with_agent()
    logs = {conversation: await world.log(conversation)}
    await database.close()
    with closing(sqlite3.connect(kept.databases["shop.sqlite3"])) as shop, shop:
        shop.execute("CREATE TABLE IF NOT EXISTS orders (number)")
    return logs


async def logs_in(kept: Kept, conversations) -> dict[str, list]:
    database = connect(f"sqlite:///{kept.databases[MAIN]}")
    try:
        world = World(SqlConversationStore(database))
        return {conversation: await world.log(conversation) for conversation in conversations}
    finally:
        await database.close()


async def test_what_was_backed_up_is_there_again_and_what_was_there_is_kept_aside(kept, tmp_path):
    before = await talked(kept)
    done = await in_thread(back_up, kept, tmp_path / "first.tar.gz")
    assert (tmp_path / "first.tar.gz").stat().st_mode & 0o777 == 0o600
    assert {MAIN, "shop.sqlite3", "secret_key", "models/registry.json"} == set(done["files"])
    kept.databases[MAIN].unlink()
    (kept.state / "secret_key").write_text("another")
    after = await talked(kept)
    put_back = await in_thread(restore, kept, tmp_path / "first.tar.gz")
    assert await logs_in(kept, before) == before
    assert (kept.state / "secret_key").read_text() == "s" * 40
    assert (kept.state / "secret_key").stat().st_mode & 0o777 == 0o600
    aside = Kept({MAIN: Path(put_back["replaced"]) / MAIN}, kept.state)
    assert await logs_in(aside, after) == after


async def test_on_an_empty_machine_it_is_put_back_too(kept, tmp_path):
    before = await talked(kept)
    await in_thread(back_up, kept, tmp_path / "b.tar.gz")
    other = tmp_path / "elsewhere"
    moved = Kept({MAIN: other / MAIN, "shop.sqlite3": other / "shop.sqlite3"}, other)
    assert (await in_thread(restore, moved, tmp_path / "b.tar.gz"))["replaced"] is None
    assert await logs_in(moved, before) == before


async def test_nothing_is_overwritten_and_nothing_unsound_is_put_back(kept, tmp_path):
    before = await talked(kept)
    file = tmp_path / "b.tar.gz"
    await in_thread(back_up, kept, file)
    with pytest.raises(BatonError) as exists:
        await in_thread(back_up, kept, file)
    assert exists.value.code == "file_exists"
    (tmp_path / "cut.tar.gz").write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    (tmp_path / "junk").write_bytes(os.urandom(5000))
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "open", filter="data")
    (tmp_path / "open" / "secret_key").write_text("changed on the way")
    with tarfile.open(tmp_path / "changed.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "open", "")
    for name in ("cut.tar.gz", "junk", "changed.tar.gz"):
        with pytest.raises(BatonError) as refused:
            await in_thread(restore, kept, tmp_path / name)
        assert refused.value.code == "bad_backup", name
    assert await logs_in(kept, before) == before
    assert sorted(path.name for path in kept.state.glob(".restore-*")) == []


async def test_a_backup_of_a_newer_program_is_refused(kept, tmp_path):
    before = await talked(kept)
    with closing(sqlite3.connect(kept.databases[MAIN])) as connection, connection:
        (known,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew):
        await in_thread(back_up, kept, tmp_path / "newer.tar.gz")
    with closing(sqlite3.connect(kept.databases[MAIN])) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (known,))
    assert await logs_in(kept, before) == before


async def test_while_somebody_serves_it_is_not_replaced(kept, tmp_path):
    await talked(kept)
    await in_thread(back_up, kept, tmp_path / "b.tar.gz")
    with serving_from(kept.state), serving_from(kept.state), pytest.raises(BatonError) as refused:
        await in_thread(restore, kept, tmp_path / "b.tar.gz")
    assert refused.value.code == "still_running"
    with nobody_serving_from(kept.state), pytest.raises(BatonError) as refused, serving_from(kept.state):
        pass
    assert refused.value.code == "being_restored"


def test_a_process_that_was_killed_does_not_count_as_running(tmp_path):
    code = (
        "import sys, time, pathlib; from bot.running import serving_from\n"
        "with serving_from(pathlib.Path(sys.argv[1])): print('here', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"here\n"
    with pytest.raises(BatonError), nobody_serving_from(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    with nobody_serving_from(tmp_path):
        pass
    holder.stdout.close()


def test_two_databases_are_copied_from_the_same_moment(tmp_path):
    """A writer adds a row to one and then to the other, again and again: no copy may have the second without the
    first, or lag by more than the row under way."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE t (n INTEGER)")
    enough = threading.Event()

    def write():
        with closing(sqlite3.connect(first, timeout=30)) as one, closing(sqlite3.connect(second, timeout=30)) as two:
            n = 0
            while not enough.is_set():
                n += 1
                for connection in (one, two):
                    with connection:
                        connection.execute("INSERT INTO t VALUES (?)", (n,))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            copies = tmp_path / f"first-{number}", tmp_path / f"second-{number}"
            snapshot(dict(zip((first, second), copies, strict=True)))
            counts = []
            for copy in copies:
                with closing(sqlite3.connect(copy)) as connection:
                    counts.append(connection.execute("SELECT count(*) FROM t").fetchone()[0])
            assert counts[0] - counts[1] in (0, 1), counts
    finally:
        enough.set()
        writer.join(30)
    assert counts[0] > 0


def test_the_commands(kept, tmp_path):
    before = asyncio.run(talked(kept))
    file = tmp_path / "b.tar.gz"
    done = baton("backup", str(file), "--json", state=kept.state)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bytes"] == file.stat().st_size
    again = baton("backup", str(file), state=kept.state)
    assert (again.returncode, again.stdout) == (1, "")
    assert "exists already" in again.stderr
    kept.databases[MAIN].unlink()
    done = baton("restore", str(file), "--yes", "--json", state=kept.state)
    assert done.returncode == 0, done.stderr
    assert asyncio.run(logs_in(kept, before)) == before
    away = baton("backup", str(tmp_path / "p"), state=kept.state, BATON_DATABASE_URL="postgresql://p@127.0.0.1/b")
    assert away.returncode == 1
    assert "pg_dump" in away.stderr
