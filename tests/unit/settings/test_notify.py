"""`notify`."""

import pytest

from slamon.notices.notice import NoticeKind
from slamon.settings.notify import Kind, Notify, Slack
from tests.configurations import problems_beside, settings_of


def test_defaults() -> None:
    slack = Slack()
    assert (slack.api_url, slack.per_second, slack.digest_above) == ("https://slack.com/api/", 1.0, 10)
    assert Notify().max_age.seconds == 7 * 86_400
    assert Notify().webhooks == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"])
def test_the_api_url_ends_with_a_slash(url: str) -> None:
    slack = settings_of("", {"SLAMON_NOTIFY__SLACK__API_URL": url}).notify.slack
    assert slack is not None
    assert slack.api_url == "http://127.0.0.1:9/api/"


def test_rules_may_name_every_kind_of_notice() -> None:
    assert {str(kind) for kind in NoticeKind} <= {str(kind) for kind in Kind}
    assert problems_beside("notify: {rules: [{kinds: [lag, service, source_silent], receivers: [slack]}]}\n") == []
    assert len(problems_beside("notify: {rules: [{kinds: [late]}]}\n")) == 1


def test_sections_of_later_versions_may_hold_anything() -> None:
    assert problems_beside("notify: {smtp: {host: mail, port: 25, tls: {on: true}}, apprise: {urls: [a]}}\n") == []
    assert len(problems_beside("notify: {smtp: mail}\n")) == 1
