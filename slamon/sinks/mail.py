"""What slamon mails for one notice: headers that sort and thread, text and HTML that nothing can break. Pure."""

import datetime as dt
import html
import re
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from slamon.notices.notice import NoticeKind
from slamon.notices.text import split_headline
from slamon.notices.words import date_words
from slamon.orders.event import Instant, rfc3339
from slamon.sinks.message import OutgoingNotice
from slamon.sinks.mrkdwn import visible

SUBJECT_LIMIT = 200
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:slamon:thread")
_BARE = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}"
_MAILBOX = re.compile(rf"(?P<bare>{_BARE})|(?P<words>[^<>\"@,;:\\\x00-\x1f\x7f]*)<(?P<named>{_BARE})>")
_LABELS = {
    NoticeKind.AT_RISK: "At risk",
    NoticeKind.BREACHED: "Promise missed",
    NoticeKind.STAGE_OVERDUE: "Waiting too long",
    NoticeKind.FINISHED_LATE: "Finished late",
    NoticeKind.DIVERGENCE: "Systems disagree",
    NoticeKind.RETRACTED: "Withdrawn",
    NoticeKind.LAG: "Queue lags",
    NoticeKind.SERVICE: "Service",
    NoticeKind.SOURCE_SILENT: "Source silent",
}


def is_mailbox(text: str) -> bool:
    """Whether a text is `name@domain`, or `Words <name@domain>`."""
    return _MAILBOX.fullmatch(text) is not None


def mailbox(text: str) -> str:
    """The bare `name@domain` of an address. Raises ValueError for a text that is none."""
    return _parsed(text)[1]


def mail(notice: OutgoingNotice, sender: str, to: tuple[str, ...], now: Instant) -> EmailMessage:
    """Build the mail; `sender` and `to` satisfy `is_mailbox`."""
    made = EmailMessage(policy=SMTP)
    made["From"] = _address(sender)
    made["To"] = [_address(address) for address in to]
    made["Subject"] = subject(notice)
    made["Date"] = format_datetime(dt.datetime.fromisoformat(rfc3339(now)))
    domain = mailbox(sender).rpartition("@")[2]
    again = ".again" if notice.reinstated else ""
    made["Message-ID"] = f"<{notice.notice_id}{again}@{domain}>"
    thread = f"<{uuid.uuid5(_NAMESPACE, notice.subject)}@{domain}>"
    before = thread if notice.retracts is None else f"<{notice.retracts}@{domain}>"
    made["In-Reply-To"] = before
    made["References"] = thread if before == thread else f"{thread} {before}"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Slamon-Notice"] = notice.notice_id
    made.set_content(text_of(notice))
    made.add_alternative(_html(notice), subtype="html")
    return made


def subject(notice: OutgoingNotice) -> str:
    """One line: what kind of notice, and its first sentence."""
    headline = split_headline(_told(notice))[0]
    line = " ".join(visible(f"{_LABELS[notice.kind]}: {headline}"[: 2 * SUBJECT_LIMIT]).split())
    return line if len(line) <= SUBJECT_LIMIT else line[: SUBJECT_LIMIT - 1] + "…"


def text_of(notice: OutgoingNotice) -> str:
    """The plain part: the sentences, and below them the notice's id."""
    headline, facts = (visible(part) for part in split_headline(_told(notice)))
    parts = [headline, facts, "\n".join(f"{name}: {value}" for name, value in _details(notice))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(notice: OutgoingNotice) -> str:
    headline, facts = (html.escape(visible(part)) for part in split_headline(_told(notice)))
    rows = "".join(
        f"<tr><th align='left'>{html.escape(name)}</th><td>{_cell(name, value)}</td></tr>"
        for name, value in _details(notice)
    )
    told = f"<p>{facts}</p>" if facts else ""
    return f"<html><body><p><b>{headline}</b></p>{told}<table>{rows}</table></body></html>\n"


def _cell(name: str, value: str) -> str:
    shown = html.escape(value)
    return f"<a href='{shown}'>{shown}</a>" if name == "Page" else shown


def _told(notice: OutgoingNotice) -> str:
    return f"{'Stands again after all: ' if notice.reinstated else ''}{notice.text}"


def _details(notice: OutgoingNotice) -> list[tuple[str, str]]:
    order = notice.order or {}
    stated = [("Client", order.get("client_name") or order.get("client_id")), ("Manager", order.get("manager_id"))]
    found = [("Order" if notice.order is not None else "About", notice.subject), *stated]
    if notice.due_at is not None:
        found.append(("Due", date_words(notice.due_at)))
    found += [("Page", notice.page), ("Notice", notice.notice_id)]
    return [(name, visible(value)) for name, value in found if isinstance(value, str) and value]


def _address(text: str) -> Address:
    words, address = _parsed(text)
    return Address(display_name=visible(words), addr_spec=address)


def _parsed(text: str) -> tuple[str, str]:
    found = _MAILBOX.fullmatch(text)
    if found is None:
        raise ValueError("no address of mail")
    return (found["words"] or "").strip(), found["bare"] or found["named"]
