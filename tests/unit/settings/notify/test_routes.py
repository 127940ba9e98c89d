"""The rules of `notify.rules`."""

from slamon.notices.notice import NoticeKind
from slamon.settings.notify import Kind
from tests.configurations import problems_beside


def test_rules_may_name_every_kind_of_notice() -> None:
    assert {str(kind) for kind in NoticeKind} == {str(kind) for kind in Kind}
    assert (
        problems_beside("notify: {slack: {}, rules: [{kinds: [lag, service, source_silent], receivers: [slack]}]}\n")
        == []
    )
    assert len(problems_beside("notify: {rules: [{kinds: [late]}]}\n")) == 1
