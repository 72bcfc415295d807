"""Articles cut into passages: whole sections where short, cut at sentence borders where long, lists never torn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb_index.articles import Article
from kb_index.sentences import split_sentences

# A reader takes in about this much at a glance, and the embedding model reads about 180 words.
TARGET_WORDS = 90
# A list or table is torn only beyond this, at the border of an item or row.
MAX_BLOCK_WORDS = 400

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article that can stand as an answer. `text` is Markdown, `heading` its section's title."""

    article_id: str
    position: int
    heading: str
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut: a sentence, or a list, table or code block with `starts` of its items."""

    text: str
    opens_block: bool

    @property
    def words(self) -> int:
        return len(self.text.split())


def cut_passages(article: Article) -> list[Passage]:
    """The passages of an article in order; at least one for every article with text."""
    passages: list[Passage] = []
    for heading, pieces in _sections(article.body):
        for text in _pack(pieces):
            passages.append(Passage(article.id, len(passages), heading, text, plain_text(text)))
    return passages


def plain_text(markdown: str) -> str:
    """The words of Markdown without its signs, one block a line."""
    lines = [
        _inline_text(token) for token in _MARKDOWN.parse(markdown) if token.type in {"inline", "fence", "code_block"}
    ]
    return "\n".join(line for line in lines if line)


def _inline_text(token: Token) -> str:
    if token.children is None:
        return token.content.strip()
    parts = [" " if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children]
    return "".join(parts).strip()


def _sections(body: str) -> Iterator[tuple[str, list[_Piece]]]:
    lines = body.splitlines()
    heading, pieces = "", list[_Piece]()
    for token in _MARKDOWN.parse(body):
        if token.level or token.map is None or token.nesting < 0:
            if token.type == "inline" and token.level == 1 and heading == "\0":
                heading = _inline_text(token)
            continue
        if token.type == "heading_open":
            if pieces:
                yield heading, pieces
            heading, pieces = "\0", []
            continue
        pieces += _pieces(token, "\n".join(lines[token.map[0] : token.map[1]]).strip())
    if pieces:
        yield heading, pieces


def _pieces(token: Token, source: str) -> Iterator[_Piece]:
    if token.type == "hr" or not source:
        return
    if token.type == "paragraph_open":
        for number, sentence in enumerate(split_sentences(source)):
            yield _Piece(sentence, opens_block=number == 0)
    elif len(source.split()) <= MAX_BLOCK_WORDS:
        yield _Piece(source, opens_block=True)
    else:
        for part in _torn(source):
            yield _Piece(part, opens_block=True)


def _torn(source: str) -> Iterator[str]:
    """An overlong block in parts, cut before lines that begin an item or a row; unbroken text by words."""
    part: list[str] = []
    words = 0
    for line in source.splitlines():
        for piece in _short_lines(line):
            count = len(piece.split())
            if part and words + count > MAX_BLOCK_WORDS // 2 and (not piece.startswith((" ", "\t")) or count > 50):
                yield "\n".join(part)
                part, words = [], 0
            part.append(piece)
            words += count
    if part:
        yield "\n".join(part)


def _short_lines(line: str) -> list[str]:
    words = line.split()
    if len(words) <= MAX_BLOCK_WORDS // 2:
        return [line]
    step = MAX_BLOCK_WORDS // 2
    return [" ".join(words[i : i + step]) for i in range(0, len(words), step)]


def _pack(pieces: list[_Piece]) -> Iterator[str]:
    """Neighbouring pieces joined up to the target; what introduces a list stays with it."""
    pieces = [part for piece in pieces for part in _bounded(piece)]
    if sum(piece.words for piece in pieces) <= TARGET_WORDS * 1.3:
        yield _join(pieces)
        return
    group: list[_Piece] = []
    for piece in pieces:
        size = sum(member.words for member in group)
        introduced = bool(group) and group[-1].text.endswith(":")
        if group and size + piece.words > TARGET_WORDS and not introduced:
            yield _join(group)
            group = []
        elif introduced and size + piece.words > TARGET_WORDS and len(group) > 1:
            yield _join(group[:-1])
            group = group[-1:]
        group.append(piece)
    if group:
        yield _join(group)


def _bounded(piece: _Piece) -> Iterator[_Piece]:
    """Text without any sentence border is cut by words, so that no passage grows without limit."""
    if piece.words <= MAX_BLOCK_WORDS:
        yield piece
        return
    words = piece.text.split()
    for start in range(0, len(words), TARGET_WORDS):
        yield replace(piece, text=" ".join(words[start : start + TARGET_WORDS]))


def _join(pieces: list[_Piece]) -> str:
    text = ""
    for piece in pieces:
        text += ("\n\n" if piece.opens_block else " ") * bool(text) + piece.text
    return text
