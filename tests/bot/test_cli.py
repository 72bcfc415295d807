"""The `baton` command from outside: help, exit codes, one line for a mistake, one object for --json."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["setup", "serve", "worker", "train", "models", "index", "parse", "ask", "chat", "eval", "replay", "bench",
            "user", "export", "erase", "doctor"]  # fmt: skip


def baton(*arguments, state: Path, stdin: str = "", **environ: str):
    env = (
        {k: v for k, v in os.environ.items() if not k.startswith("BATON_")} | {"BATON_STATE_DIR": str(state)} | environ
    )
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def test_help_names_every_command(tmp_path):
    done = baton("--help", state=tmp_path)
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("arguments", [["fly"], ["worker"], ["user", "add", "a@example.com", "--role", "king"]])
def test_wrong_usage_is_two(arguments):
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["models", "promote", "nothing"], "There is no model nothing"),
        (["ask", "hello"], "baton index"),
        (["replay", "no-such-file.jsonl"], "There is no file no-such-file.jsonl"),
        (["export", "nobody@example.com"], "baton"),
        (["eval", "kb", "--faqs", "a", "--queries", "b", "--qrels", "c"], "There is no file a"),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_one(tmp_path, arguments, words):
    done = baton(*arguments, state=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_wrong_setting_is_named_before_anything_starts(tmp_path):
    done = baton("serve", state=tmp_path, BATON_WORKRES="2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "BATON_WORKRES is not a setting. Did you mean BATON_WORKERS?" in done.stderr


def test_an_account_is_made_with_a_password_from_stdin(tmp_path):
    arguments = ["user", "add", "new@example.com", "--role", "agent", "--password-stdin", "--json"]
    done = baton(*arguments, state=tmp_path, stdin="correct horse battery\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["role"] == "agent"
    again = baton(*arguments, state=tmp_path, stdin="correct horse battery\n")
    assert (again.returncode, "already an account" in again.stderr) == (1, True)
    weak = baton("user", "add", "b@example.com", "--role", "agent", "--password-stdin", state=tmp_path, stdin="x\n")
    assert "12 to 256 characters" in weak.stderr


def test_the_doctor_says_what_is_missing_and_how_to_mend_it(tmp_path):
    done = baton("doctor", "--json", state=tmp_path)
    assert done.returncode == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["python"]["well"]
    assert "baton train --promote" in checks["model"]["mend"]
    assert not checks["database"]["well"]
