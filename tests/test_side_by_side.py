"""The tests are dealt out to processes as they are meant to be."""

from pathlib import Path

from tests.side_by_side import PIECES, piece_of

ROOT = Path(__file__).resolve().parents[1]


def test_every_piece_names_tests_that_are_there():
    for place in (place for piece in PIECES for place in piece):
        path = ROOT / place
        found = path.glob("test_*.py") if place.endswith("/") else path.parent.glob(f"{path.name}*")
        assert any(found), place


def test_what_shares_a_model_is_one_piece_and_the_rest_goes_by_file():
    talks, host = (
        piece_of("tests/conversations/test_scripts.py::test_a[x::y]"),
        piece_of("tests/bot/brain/test_host.py::t"),
    )
    assert talks == host
    assert piece_of("tests/bot/desk/test_routing.py::t") == (len(PIECES), "tests/bot/desk/test_routing.py")
    assert talks < piece_of("tests/bot/desk/test_routing.py::t")
