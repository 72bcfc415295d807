from pathlib import Path

import pytest

from bot.errors import InvalidInput
from bot.training.labelled_rows import Row, read_rows


def _file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("header", ["text,label", "text,category", "label,text"])
def test_rows_are_read_by_their_column_names(tmp_path: Path, header: str) -> None:
    record = '"hello, you",greet' if header.startswith("text") else 'greet,"hello, you"'
    assert read_rows(_file(tmp_path, f"{header}\n{record}\n")) == [Row("hello, you", "greet")]


def test_a_byte_order_mark_and_newlines_in_texts_are_no_trouble(tmp_path: Path) -> None:
    path = _file(tmp_path, '\ufefftext,label\n"two\nlines",x\n')
    assert read_rows(path) == [Row("two\nlines", "x")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "columns text and label"),
        ("", "columns text and label"),
        ("text,label\nonly text\n", "line 2"),
        (b"text,label\n\xff\xfe,x\n", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_explained(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_rows(_file(tmp_path, content))


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.csv"):
        read_rows(tmp_path / "nowhere.csv")
