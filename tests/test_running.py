"""What the tests themselves stand on."""

from tests.support.running import lasting_port


def test_a_port_to_come_back_to_is_given_once():
    assert len({lasting_port() for _ in range(1500)}) == 1500
