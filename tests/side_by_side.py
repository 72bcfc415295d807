"""How `pytest -n 2` deals the tests out to its processes: what shares something dear stays together, the longest goes
first, so that no process is left alone with it at the end."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Each of these is one piece of work for one process, in the order in which the pieces are begun. Whatever is not named
# here is dealt out file by file after them.
PIECES = (
    ("tests/e2e/",),  # one running service
    ("tests/chaos/test_no_loss.py",),
    ("tests/kb_index/test_demo_articles.py", "tests/kb_index/test_held_out.py"),  # one index of the demo shop
    ("tests/conversations/", "tests/bot/brain/test_host.py", "tests/bot/brain/test_supervisor.py"),  # one loaded model
    ("tests/chaos/test_scaled_out.py",),
    ("tests/kb_index/test_evaluate.py",),
    ("tests/bot/training/test_job.py", "tests/bot/training/test_evaluate_nlu.py"),
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
