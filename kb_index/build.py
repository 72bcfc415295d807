"""Builds the index into a new directory and moves the pointer to it in one step."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from kb_index.answerability import Calibration, calibrate
from kb_index.articles import CUSTOMER, Article
from kb_index.chunks import cut_passages
from kb_index.embedding import SentenceEncoder, Vectors
from kb_index.errors import IndexMismatch, IndexMissing
from kb_index.index import Entry, Index
from kb_index.trials import learn_head

# Raise it whenever the files or the way texts become rows change.
FORMAT = 7
POINTER, MANIFEST, JOURNAL = "CURRENT", "manifest.json", "journal.jsonl"
_BUILD_LOCK = "BUILD"
_KEPT_GENERATIONS = 2
_ENCODE_AT_ONCE = 256

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made of."""

    format: int
    model_id: str
    dimension: int
    content: str
    articles: int
    questions: int
    passages: int
    built_at: str
    calibration: Calibration

    def check(self, encoder: SentenceEncoder) -> None:
        """Raises `IndexMismatch` if this program or encoder cannot serve the index."""
        if self.format != FORMAT:
            raise IndexMismatch(
                f"The index has format {self.format}, this program reads {FORMAT}. Run `baton index --rebuild`.",
                {"index": self.format, "program": FORMAT},
            )
        if self.model_id != encoder.model_id:
            raise IndexMismatch(
                f"The index was made with the embedding model {self.model_id}, but {encoder.model_id} is set. "
                "Run `baton index --rebuild`, or set the former model again.",
                {"index": self.model_id, "encoder": encoder.model_id},
            )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; `changed` is False where the index was already up to date."""

    generation: Path
    changed: bool
    articles: int
    passages: int
    embedded: int
    seconds: float


def build(
    articles: Iterable[Article],
    index_dir: Path,
    encoder: SentenceEncoder,
    *,
    unanswered: Sequence[str] = (),
    rebuild: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Makes the index of the articles for customers and lets readers move to it.

    Articles whose text did not change keep their vectors. Nothing is done where content, model and format are those
    of the present index, unless `rebuild`. `unanswered` are questions known to have no answer: from them it learns
    where to refuse. `progress` is told (stage, done, of). Readers see the old index or the
    new one, never a part.
    """
    began = time.perf_counter()
    tell = progress or (lambda stage, done, of: None)
    index_dir.mkdir(parents=True, exist_ok=True)
    with locked(index_dir, _BUILD_LOCK):
        entries = [Entry(a, tuple(cut_passages(a))) for a in articles if a.audience == CUSTOMER]
        journal = _journal_size(index_dir)
        previous = None if rebuild else _previous(index_dir, encoder)
        content = _content_hash(entries, unanswered)
        if previous and previous[1].content == content and not journal:
            manifest = previous[1]
            return BuildReport(previous[0], False, manifest.articles, manifest.passages, 0, time.perf_counter() - began)
        index, embedded = _fill(entries, encoder, Index.load(previous[0]) if previous else None, tell)
        index.unanswered.add(encoder.encode(unanswered))
        # Products this small gain nothing from a second core; its thread would only spin while it waits.
        with threadpool_limits(1):
            index.head = learn_head(index)
            calibration = calibrate(index, encoder, lambda done, of: tell("calibrate", done, of), unanswered)
        generation = _write(index, index_dir, _manifest(index, encoder, content, calibration))
        with locked(index_dir):
            _carry_over(index_dir, journal, generation)
            _point(index_dir, generation)
    tell("done", len(index), len(index))
    passages = sum(len(entry.passages) for entry in index)
    return BuildReport(generation, True, len(index), passages, embedded, time.perf_counter() - began)


@contextmanager
def locked(index_dir: Path, name: str = "LOCK") -> Iterator[None]:
    """One holder of a named lock of an index directory at a time, across processes; writers hold `LOCK`."""
    with (index_dir / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def current(index_dir: Path) -> Path:
    """The directory of the present index. Raises `IndexMissing`."""
    try:
        return index_dir / (index_dir / POINTER).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise IndexMissing(
            f"There is no knowledge base index in {index_dir}. Run `baton index`.", {"index_dir": str(index_dir)}
        ) from error


def read_manifest(generation: Path) -> Manifest:
    """The manifest of one index. Raises `IndexMissing` if it is not whole."""
    try:
        row = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**(row | {"calibration": Calibration.from_dict(row["calibration"])}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexMissing(
            f"The knowledge base index in {generation} is damaged. Run `baton index --rebuild`.",
            {"generation": str(generation)},
        ) from error


def embed(entries: list[Entry], encoder: SentenceEncoder, tell: Progress) -> list[tuple[Vectors, Vectors]]:
    """Vectors of both fields of each article."""
    texts = [text for entry in entries for text in (*entry.question_texts, *entry.passage_texts)]
    parts = []
    for start in range(0, len(texts), _ENCODE_AT_ONCE):
        parts.append(encoder.encode(texts[start : start + _ENCODE_AT_ONCE]))
        tell("embed", min(start + _ENCODE_AT_ONCE, len(texts)), len(texts))
    vectors = np.concatenate(parts) if parts else np.zeros((0, encoder.dimension), dtype=np.float32)
    result, at = [], 0
    for entry in entries:
        middle = at + len(entry.question_texts)
        end = middle + len(entry.passages) + len(entry.headings)
        result.append((vectors[at:middle], vectors[middle:end]))
        at = end
    return result


def _previous(index_dir: Path, encoder: SentenceEncoder) -> tuple[Path, Manifest] | None:
    try:
        generation = current(index_dir)
        manifest = read_manifest(generation)
        manifest.check(encoder)
    except (IndexMissing, IndexMismatch):
        return None
    return generation, manifest


def _fill(entries: list[Entry], encoder: SentenceEncoder, old: Index | None, tell: Progress) -> tuple[Index, int]:
    known = {entry.digest: entry.article.id for entry in old} if old else {}
    fresh = [entry for entry in entries if entry.digest not in known]
    computed = dict(zip((entry.digest for entry in fresh), embed(fresh, encoder, tell), strict=True))
    vectors = [
        old.vectors_of(known[entry.digest]) if old and entry.digest in known else computed[entry.digest]
        for entry in entries
    ]
    nothing = np.zeros((0, encoder.dimension), dtype=np.float32)
    index = Index.empty(
        np.concatenate([nothing, *(questions for questions, _ in vectors)]),
        np.concatenate([nothing, *(passages for _, passages in vectors)]),
    )
    for entry, (questions, passages) in zip(entries, vectors, strict=True):
        index.put(entry, questions, passages)
    index.finish()
    return index, len(fresh)


def _content_hash(entries: list[Entry], unanswered: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([*(entry.digest for entry in entries), *unanswered]).encode()).hexdigest()


def _manifest(index: Index, encoder: SentenceEncoder, content: str, calibration: Calibration) -> Manifest:
    return Manifest(
        format=FORMAT,
        model_id=encoder.model_id,
        dimension=encoder.dimension,
        content=content,
        articles=len(index),
        questions=len(index.questions.vectors),
        passages=sum(len(entry.passages) for entry in index),
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        calibration=calibration,
    )


def _write(index: Index, index_dir: Path, manifest: Manifest) -> Path:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{manifest.content[:8]}"
    generation = index_dir / name
    generation.mkdir()
    index.save(generation)
    (generation / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    return generation


def _journal_size(index_dir: Path) -> int:
    try:
        return (current(index_dir) / JOURNAL).stat().st_size
    except (IndexMissing, FileNotFoundError):
        return 0


def _carry_over(index_dir: Path, seen: int, generation: Path) -> None:
    """Changes made while the build ran belong to the new index too."""
    if _journal_size(index_dir) > seen:
        with (current(index_dir) / JOURNAL).open("rb") as file:
            file.seek(seen)
            (generation / JOURNAL).write_bytes(file.read())


def _point(index_dir: Path, generation: Path) -> None:
    """Moves the pointer in one step and clears away what nobody will open any more."""
    fresh = index_dir / f"{POINTER}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(generation.name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(index_dir / POINTER)
    generations = sorted(path for path in index_dir.iterdir() if path.is_dir())
    for old in generations[:-_KEPT_GENERATIONS]:
        shutil.rmtree(old, ignore_errors=True)
