"""A worker process: `run_worker(options)`, or started by the gateway's supervisor with its options on stdin."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from pathlib import Path

import uvicorn

from actions.shop.port import ShopPort
from bot.brain.app import create_app
from bot.brain.host import Host
from bot.brain.nlu.encoders import keep_under, serving_encoder
from bot.brain.options import WorkerOptions
from bot.logs import set_up_logging
from kb_index.search import KnowledgeBase

MINIMUM_TOKEN = 16


def run_worker(options: WorkerOptions) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Blocks."""
    if len(options.token) < MINIMUM_TOKEN:
        raise ValueError(f"The worker token needs at least {MINIMUM_TOKEN} characters.")
    set_up_logging(options.log_level, options.log_format)
    app = create_app(build_host(options), options.token)
    uvicorn.run(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        lifespan="on",
    )


def build_host(options: WorkerOptions) -> Host:
    """A host over the options' directories."""
    keep_under(Path(options.cache_dir))
    return Host(
        models_dir=Path(options.models_dir),
        open_knowledge=lambda: KnowledgeBase.open(Path(options.index_dir), serving_encoder(options.embedding_model)),
        open_shop=lambda: open_shop(options.shop_url),
        expect=lambda texts: serving_encoder(options.embedding_model).expect(texts),
    )


def open_shop(url: str) -> ShopPort:
    """The shop's adapter for its address; imported late because only a worker needs it."""
    connect = importlib.import_module("actions.shop.connect").connect
    shop: ShopPort = connect(url)
    return shop


def main() -> None:
    """Read the options from the first line of stdin; end as soon as stdin closes, because then the gateway is gone."""
    options = WorkerOptions(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    run_worker(options)


def _end_with_parent() -> None:
    # The pipe closes even when the gateway is killed outright, so no worker is left behind.
    while os.read(sys.stdin.fileno(), 1024):
        continue
    os._exit(0)


if __name__ == "__main__":
    main()
