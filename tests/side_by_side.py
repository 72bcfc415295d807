"""How `pytest -n 2` deals the tests out to its processes: what shares something dear stays together, the longest goes
first, so that no process is left alone with it at the end."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Each of these is one piece of work for one process, in the order in which the pieces are begun. Whatever is not named
# here is dealt out file by file after them.
PIECES = (
    ("tests/e2e/",),  # one running service, of the installation that it makes
    ("tests/chaos/",),  # many processes, which mostly wait
    ("tests/kb_index/test_evaluate.py", "tests/kb_index/test_onnx_encoder.py"),
    ("tests/bot/training/",),
    # After the installation is there: one loaded model and its index.
    ("tests/conversations/", "tests/bot/brain/test_", "tests/kb_index/test_demo", "tests/kb_index/test_held"),
)


def piece_of(nodeid: str) -> tuple[int, str]:
    """The rank and the name of the piece of work that a test belongs to."""
    file = nodeid.split("::", 1)[0]
    for rank, piece in enumerate(PIECES):
        if file.startswith(piece):
            return rank, piece[0]
    return len(PIECES), file


class Dealer(LoadScopeScheduling):
    """Gives a process the next piece when it is nearly done with its last one."""

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid)[1]
