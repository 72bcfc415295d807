"""One encoder and one small knowledge base for all tests: preparing them takes seconds."""

import shutil
from pathlib import Path

import pytest

from kb_index.adapter import merge
from kb_index.articles import Article, NextStep, load_articles, load_unanswered
from kb_index.build import build
from kb_index.embedding import ADAPTER, SentenceEncoder, find_model, load_encoder
from kb_index.search import KnowledgeBase
from tests.support.installed import installation_if_kept

DEMO = Path(__file__).parents[2] / "data" / "kb"


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return load_encoder()


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that `encoder` was prepared from, as sentence-transformers reads it."""
    folder = tmp_path_factory.mktemp("taught") / "model"
    merge(ADAPTER, find_model(None), folder)
    return folder


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> KnowledgeBase:
    """The demo shop's own articles: the index that the shared installation has of them, else built once."""
    index_dir = tmp_path_factory.mktemp("demo_shop") / "index"
    installed = installation_if_kept()
    if installed:
        shutil.copytree(installed / "kb_index", index_dir)
    else:
        build(load_articles(DEMO), index_dir, encoder, unanswered=load_unanswered(DEMO))
    return KnowledgeBase.open(index_dir, encoder)


def article(article_id: str, title: str, body: str, *questions: str, **more: object) -> Article:
    return Article(article_id, title, body, questions, **more)  # type: ignore[arg-type]


ARTICLES = [
    article(
        "return-policy",
        "Returning an item",
        "You can return unused items within 60 days of delivery.\n\n## Boots\nBoots count as unused if you wore them "
        "indoors only. Muddy soles cannot be taken back.\n\n## What you need\nHave ready:\n\n1. the order number\n"
        "2. the free label\n3. the box\n",
        "How long do I have to send something back?",
        "Can I return boots I tried on at home?",
        "what is your return period",
        next=(NextStep("Print a return label", "return-label"), NextStep("Gone", "no-such-article")),
    ),
    article(
        "return-label",
        "Printing a return label",
        "Open the order page and choose Return. The label comes by e-mail within ten minutes and is free.",
        "Where do I get a return label?",
        "I have no printer, how do I send my parcel back?",
    ),
    article(
        "delivery-times",
        "How long delivery takes",
        "Standard delivery takes 3 to 5 working days. Express arrives the next working day.\n\n"
        "| Way | Time |\n|---|---|\n| Standard | 3 to 5 days |\n| Express | next day |\n",
        "When will my parcel arrive?",
        "how fast is express shipping",
    ),
    article(
        "wash-down",
        "Washing a down jacket",
        "Wash down at 30 degrees with down soap. Dry it in a tumble dryer with two tennis balls.",
        "How do I clean a down jacket?",
        "can my puffer go in the washing machine",
    ),
    article(
        "gift-cards",
        "Gift cards",
        "A gift card is valid for five years. You can use it in every store and online.",
        "Do gift cards expire?",
        "How long is my voucher valid?",
    ),
    article(
        "staff-refund-override",
        "Overriding a refund",
        "Open the back office and press override.",
        "How do I override a refund?",
        audience="agent",
    ),
]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Path:
    """The index of `ARTICLES`, to be copied."""
    index_dir = tmp_path_factory.mktemp("articles") / "index"
    build(ARTICLES, index_dir, encoder)
    return index_dir


@pytest.fixture
def knowledge(tmp_path: Path, built: Path, encoder: SentenceEncoder) -> KnowledgeBase:
    """The small knowledge base, each test's own."""
    shutil.copytree(built, tmp_path / "index")
    return KnowledgeBase.open(tmp_path / "index", encoder)
