"""The receivers besides Slack."""

from tests.configurations import problems_beside


def test_sections_of_receivers_take_no_unknown_keys() -> None:
    smtp = "host: mail, port: 25, security: none, sender: a@b, to: [c@d]"
    assert problems_beside(f"notify: {{smtp: {{{smtp}}}}}\n") == []
    assert len(problems_beside(f"notify: {{smtp: {{{smtp}, tls: {{on: true}}}}}}\n")) == 1
    assert len(problems_beside("notify: {smtp: mail}\n")) == 1
