"""Opens the shop that a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from actions.shop.errors import ShopError
from actions.shop.http import HttpShop
from actions.shop.port import ShopPort
from actions.shop.sql import sql_shop


class UnknownShop(ShopError):
    """The URL names no kind of shop that can be opened."""

    code = "shop_url_invalid"


def connect(url: str) -> ShopPort:
    """`sqlite:///relative/path`, `sqlite:////absolute/path` or `http(s)://...`.

    Opens nothing yet: a shop that is not there shows as `ShopUnavailable` at the first call. Raises `UnknownShop`.
    """
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return HttpShop(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return sql_shop(Path(unquote(parts.path[1:])))
    raise UnknownShop("The shop's URL must be sqlite:///FILE, or http:// or https:// with a host.")
