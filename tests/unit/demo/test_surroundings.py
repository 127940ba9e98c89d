"""Where everything is; that it starts at all is seen in tests/integration/test_demo.py."""

from pathlib import Path

from slamon.demo.surroundings import Surroundings
from slamon.demo.topics import Topics


def test_the_box_names_every_page_people_may_open(tmp_path: Path) -> None:
    around = Surroundings(
        folder=tmp_path,
        bootstrap="127.0.0.1:9092",
        topics=Topics(),
        slack_page="http://127.0.0.1:1",
        slamon="http://127.0.0.1:2",
        slack_ledger=tmp_path / "slack.jsonl",
        webhook_ledger=tmp_path / "webhook.jsonl",
    )
    urls = [url for _, url in around.urls]
    assert urls[0] == "http://127.0.0.1:1/"
    assert {"http://127.0.0.1:2/api/v1/orders", "http://127.0.0.1:2/-/ready", "127.0.0.1:9092"} <= set(urls)
