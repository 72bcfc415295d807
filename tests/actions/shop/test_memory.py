import pytest

from actions.shop.memory import MemoryShop
from actions.shop.port import ShopUnavailable
from tests.contracts.shop import DATA, TODAY, ShopContract, demo


class TestMemoryShop(ShopContract):
    @pytest.fixture
    def shop(self):
        demo_shop = demo()
        return MemoryShop(
            demo_shop.fresh_orders(),
            products=demo_shop.products,
            customers=demo_shop.customers,
            today=lambda: TODAY,
        )


async def test_a_failing_shop_fails_every_call_until_it_is_mended():
    shop = MemoryShop.demo(DATA, lambda: TODAY)
    shop.failure = ShopUnavailable("down")
    with pytest.raises(ShopUnavailable):
        await shop.find_order("1042", "anna.keller@example.com")
    with pytest.raises(ShopUnavailable):
        await shop.cancel_order("1064", idempotency_key="k")
    shop.failure = None
    assert await shop.order("1064") is not None
