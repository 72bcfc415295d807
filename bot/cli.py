"""The `baton` command. Each command imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys

import typer

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from bot.commands import backups, brain, customers, evaluation, load, service, staff
from bot.errors import BatonError

app = typer.Typer(
    name="baton",
    help="Customer support that answers at once and hands over to people without dropping anything.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (service, brain, evaluation, load, staff, customers, backups):
    part.register(app)


def main() -> None:
    """Run the command; a user's mistake ends in one line on stderr and exit code 1, wrong usage in 2."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        # The knowledge base and the shop have error roots of their own, with the same `code` and `message`.
        if not (isinstance(error, BatonError) or (hasattr(error, "code") and hasattr(error, "message"))):
            raise
        print(f"baton: {error.message}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
