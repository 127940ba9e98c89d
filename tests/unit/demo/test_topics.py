from slamon.demo.systems import SHOP
from slamon.demo.topics import Topics


def test_demos_that_share_a_broker_share_no_topic() -> None:
    one, other = Topics("demo-1."), Topics("demo-2.")
    assert (one.of(SHOP), one.app_id, one.dead_letters) == (
        "demo-1.shop.orders",
        "demo-1.slamon-demo",
        "demo-1.slamon-demo.dead-letters",
    )
    assert not {one.of(SHOP), one.app_id} & {other.of(SHOP), other.app_id}


def test_the_script_knows_topics_without_the_prefix() -> None:
    assert Topics("demo-1.").plain("demo-1.shop.orders") == SHOP.topic
    assert Topics().plain("shop.orders") == SHOP.topic
