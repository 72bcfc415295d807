"""The limit of open files, in a process of its own."""

import subprocess
import sys

import pytest

CHILD = """
import resource, sys
from bot.open_files import allow_many
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(allow_many(wanted), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "then"),
    [(256, 512, 10_000, 512), (256, 512, 400, 400), (512, 512, 10_000, 512), (300, 512, 200, 300)],
)
def test_the_limit_is_raised_as_far_as_it_may(soft, hard, wanted, then):
    asked = [sys.executable, "-c", CHILD, str(soft), str(hard), str(wanted)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(then), str(then), str(hard)]
