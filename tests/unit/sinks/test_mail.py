"""Mails: headers that nothing from outside can break, threads by order, text and HTML."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.notice import NoticeKind
from slamon.sinks.mail import SUBJECT_LIMIT, is_mailbox, mail, mailbox, subject, text_of
from slamon.sinks.message import OutgoingNotice
from tests.samples import NOW, order_json, outgoing

SENDER, TO = "Orders <slamon@example.org>", ("a@example.org", "b@example.org")


def _sent(notice: OutgoingNotice) -> email.message.EmailMessage:
    """As a mail program reads it."""
    return email.message_from_bytes(bytes(mail(notice, SENDER, TO, NOW)), policy=email.policy.default)


def test_headers() -> None:
    sent = _sent(outgoing())
    assert sent["From"] == "Orders <slamon@example.org>"
    assert sent["To"] == "a@example.org, b@example.org"
    assert sent["Subject"] == "Promise missed: Order A-1001 for ACME GmbH is 2 days 3 hours late."
    assert sent["Message-ID"] == "<5b1c3a52-0000-5000-8000-000000000001@example.org>"
    assert sent["Date"].datetime.isoformat() == "2026-05-04T12:00:00+00:00"
    assert sent["Auto-Submitted"] == "auto-generated"


def test_a_repeat_has_the_same_id_and_a_reinstated_notice_another() -> None:
    first, repeat, again = _sent(outgoing()), _sent(outgoing(attempt=2)), _sent(outgoing(reinstated=True))
    assert first["Message-ID"] == repeat["Message-ID"] != again["Message-ID"]
    assert "Stands again after all: Order A-1001" in again["Subject"]


def test_mails_about_one_order_make_one_thread() -> None:
    first = _sent(outgoing())
    other = _sent(outgoing(notice_id="other", kind=NoticeKind.FINISHED_LATE))
    about_another = _sent(outgoing(subject="A-1002"))
    assert first["In-Reply-To"] == first["References"] == other["References"] != about_another["References"]


def test_a_retraction_answers_what_it_withdraws() -> None:
    withdrawn = outgoing()
    sent = _sent(outgoing(notice_id="w", kind=NoticeKind.RETRACTED, retracts=withdrawn.notice_id))
    assert sent["In-Reply-To"] == _sent(withdrawn)["Message-ID"]
    assert sent["References"].startswith(_sent(withdrawn)["References"])


def _part(sent: email.message.EmailMessage, kind: str) -> str:
    body = sent.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_text_and_html_say_the_same() -> None:
    sent = _sent(outgoing())
    assert sent.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        said = _part(sent, kind)
        for words in ("is 2 days 3 hours late.", "Promised for 2 May", "ACME GmbH", "m-1", outgoing().notice_id):
            assert words in said
    assert text_of(outgoing()).splitlines() == _part(sent, "plain").splitlines()


def test_names_from_outside_stay_text() -> None:
    evil = "<script>alert(1)</script>\r\nBcc: all@example.org\u202egpj & <!channel>"
    notice = outgoing(subject=evil, text=f"Order for {evil} is late.", order=order_json(client_name=evil))
    sent = _sent(notice)
    assert sent["Bcc"] is None
    assert "\n" not in sent["Subject"]
    assert "<script" not in _part(sent, "html")
    assert "&lt;script&gt;" in _part(sent, "html")
    assert "\u202e" not in _part(sent, "plain") + _part(sent, "html") + sent["Subject"]


def test_a_long_headline_is_cut() -> None:
    said = subject(outgoing(text="x" * 40_000))
    assert len(said) == SUBJECT_LIMIT
    assert said.endswith("…")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_makes_a_mail_that_reads_back(text: str, client: str) -> None:
    notice = outgoing(text=text, subject=client, order=order_json(client_name=client))
    sent = _sent(notice)
    assert [sent[name] for name in ("X-Slamon-Notice", "To")] == [notice.notice_id, "a@example.org, b@example.org"]
    assert _part(sent, "plain").split() == text_of(notice).split()


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("a@b", "a@b"),
        ("Orders <a@b.example>", "a@b.example"),
        ("", None),
        ("a", None),
        ("a@b, c@d", None),
        ("a@b\r\nBcc: c@d", None),
        ("ä@b", None),
    ],
)
def test_what_is_an_address(text: str, bare: str | None) -> None:
    assert is_mailbox(text) == (bare is not None)
    if bare is not None:
        assert mailbox(text) == bare
