"""The section `notify` as a whole."""

from slamon.settings.notify import Notify


def test_defaults() -> None:
    assert Notify().max_age.seconds == 7 * 86_400
    assert Notify().webhooks == {}
