"""`notify.slack`."""

import pytest

from slamon.settings.notify import Slack
from tests.configurations import settings_of


def test_defaults() -> None:
    slack = Slack()
    assert (slack.api_url, slack.per_second, slack.digest_above) == ("https://slack.com/api/", 1.0, 10)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"])
def test_the_api_url_ends_with_a_slash(url: str) -> None:
    slack = settings_of("", {"SLAMON_NOTIFY__SLACK__API_URL": url}).notify.slack
    assert slack is not None
    assert slack.api_url == "http://127.0.0.1:9/api/"
