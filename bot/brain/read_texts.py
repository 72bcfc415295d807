"""A process that reads texts with one model and ends: for comparing models without loading two of them for good.

In, on standard input: `{"archive", "cache", "texts"}`. Out, on standard output: `[{"intent", "confidence"}]` in order.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Read, answer, end. A model that cannot be loaded ends with code 1 and its reason on standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever libraries print is no part of the answer
    order = json.load(sys.stdin)
    from bot.brain.agent import BrokenModel  # noqa: PLC0415 - loads Rasa, and only after the streams are set

    try:
        found = asyncio.run(_read(order))
    except BrokenModel as error:
        sys.exit(error.message)
    json.dump(found, out)
    out.close()


async def _read(order: dict[str, Any]) -> list[dict[str, Any]]:
    from bot.brain.action_endpoint import LocalActions  # noqa: PLC0415
    from bot.brain.agent import load_model  # noqa: PLC0415
    from bot.brain.nlu.encoders import keep_under  # noqa: PLC0415
    from bot.brain.reading import read_text  # noqa: PLC0415

    keep_under(Path(order["cache"]))
    model = await load_model(Path(order["archive"]), LocalActions())
    readings = [await read_text(model.processor, text, 0) for text in order["texts"]]
    return [{"intent": reading.intent, "confidence": reading.confidence} for reading in readings]


if __name__ == "__main__":
    main()
