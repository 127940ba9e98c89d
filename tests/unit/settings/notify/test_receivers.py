"""The receivers besides Slack."""

from tests.configurations import problems_beside


def test_sections_of_receivers_take_no_unknown_keys() -> None:
    assert problems_beside("notify: {smtp: {host: mail, port: 25, security: none}, apprise: {url: 'x://y'}}\n") == []
    assert len(problems_beside("notify: {smtp: {host: mail, tls: {on: true}}}\n")) == 1
    assert len(problems_beside("notify: {smtp: mail}\n")) == 1
