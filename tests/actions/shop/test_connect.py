import pytest

from actions.shop.connect import UnknownShop, connect
from actions.shop.http import HttpShop
from actions.shop.seed import seed
from tests.contracts.shop import DATA, TODAY


async def test_a_sqlite_url_opens_the_database(tmp_path):
    database = tmp_path / "demo shop.db"
    seed(database, DATA, TODAY)
    for path in (str(database), str(database).replace(" ", "%20")):
        shop = connect(f"sqlite:///{path}")
        assert await shop.find_order("1042", "anna.keller@example.com") is not None
        await shop.aclose()


async def test_a_relative_path_counts_from_the_working_directory(tmp_path, monkeypatch):
    seed(tmp_path / "var" / "shop.db", DATA, TODAY)
    monkeypatch.chdir(tmp_path)
    assert await connect("sqlite:///var/shop.db").order("1042") is not None


def test_an_http_url_opens_an_http_shop():
    assert isinstance(connect("https://shop.example.com/baton"), HttpShop)


@pytest.mark.parametrize("url", ["", "shop.db", "sqlite://", "sqlite:///", "sqlite://host/x", "ftp://x/y", "http://"])
def test_any_other_url_is_refused(url):
    with pytest.raises(UnknownShop, match="must be sqlite"):
        connect(url)
