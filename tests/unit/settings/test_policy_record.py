"""Records of `<app_id>.policies`: what was configured, and what it meant then, without the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.settings import Settings, calendars, load
from slamon.settings.policy_record import decode, encode
from slamon.sla.book import Era
from tests.configurations import SMALLEST, settings_of

AT = 1_800_000_000_000_001
DAY_OFF = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270601\nEND:VEVENT\nEND:VCALENDAR\n"
FULL = """
orders:
  lifecycle:
    - {status: SUBMITTED, system: shop}
    - {status: PRICE_CALCULATED, system: mes, role: seller}
    - {status: "ОТГРУЖЕН", system: mes}
sla:
  promise:
    {start: SUBMITTED, stop: ["ОТГРУЖЕН"], stop_from: owner, duration: P10DT1H0.000001S, warn_before: P1D,
     calendar: workshop, round: end_of_day, max_extensions: 2, max_extension: P5D}
  stages: [{from: SUBMITTED, to: PRICE_CALCULATED, budget: PT90M, calendar: workshop}]
  calendars:
    workshop:
      time_zone: Europe/Moscow
      days: {mon-fri: ["09:00-13:00", "22:00-06:00"], sat: ["10:00-24:00"]}
      holidays: {country: RU}
      closed: ["2026-12-31"]
      open: {"2027-01-01": ["10:00-14:00"], "2027-01-02": []}
    plain: {time_zone: UTC, days: {mon: ["09:00-10:00"]}}
  policies:
    - name: rush
      when: {channels: [b2b], clients: [c-1], attributes: {rush: true, n: 1.0, big: 1.0e+22, deep: {a: [1, null, "x"]}}}
      promise: {duration: P5D, calendar: plain}
      stages: []
      holds: {pause: [promise, stages], statuses: [PRICE_CALCULATED]}
      on_regress: new_cycle
      apply_to: all
    - {name: slow, when: {channels: [slow]}, apply_to: open, on_regress: ignore}
  divergence: {allowed_skew: PT1M, systems: {crm: {mirrors: all}}, entry: {b2b: PRICE_CALCULATED}}
  enforce_from: "2026-01-01T00:00:00+03:00"
  hold_at_most: PT2H
"""


@pytest.mark.parametrize("text", ["", FULL], ids=["defaults", "everything"])
def test_terms_read_back_as_written(text: str) -> None:
    settings = settings_of(text)
    _, value = encode(settings, AT)
    assert decode(value) == Era(AT, settings.sla_terms())


def test_what_people_read_in_a_record() -> None:
    settings = settings_of("sla: {promise: {duration: P9D}}\n")
    key, value = encode(settings, AT)
    told = json.loads(value)
    revision = settings.sla_terms().revision
    assert key.decode() == f"2027-01-15T08:00:00.000001Z {revision}"
    assert (told["version"], told["revision"], told["from"]) == (1, revision, "2027-01-15T08:00:00.000001Z")
    assert told["sla"]["promise"]["duration"] == "P9D"
    assert told["sla"]["promise"]["warn_before"] == "P3D", "defaults are written out"
    assert told["lifecycle"][2] == {"status": "SUBMITTED", "system": "shop", "role": None}
    assert told["holidays"] == {}


def test_an_era_keeps_its_days_off_when_law_and_files_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, ics = tmp_path / "slamon.yaml", tmp_path / "off.ics"
    ics.write_text(DAY_OFF)
    workshop = 'w: {time_zone: UTC, days: {mon-sun: ["09:00-10:00"]}, holidays: {country: RU}, ics: off.ics}'
    file.write_text(f"{SMALLEST}sla: {{promise: {{calendar: w}}, calendars: {{{workshop}}}}}\n")
    settings = load(str(file), {}).settings
    before = settings.sla_terms()
    _, value = encode(settings, AT)
    assert "2027-06-01" in json.loads(value)["holidays"]["w"]
    ics.unlink()
    monkeypatch.setattr(calendars, "public_holidays", lambda *_: frozenset())
    assert decode(value).terms == before
    assert _again(settings) != before.revision, "the same file means something else now"


def _again(settings: Settings) -> str:
    """The revision of the same configuration without its ICS file, read afresh."""
    sla = settings.sla.model_dump(by_alias=True, mode="json")
    sla["calendars"]["w"]["ics"] = None
    return type(settings.sla).model_validate(sla).to_terms(settings.orders.to_lifecycle()).revision


def _changed(**changes: Any) -> bytes:
    told = json.loads(encode(settings_of(FULL), AT)[1])
    for path, value in changes.items():
        *around, last = path.split("__")
        place = told
        for key in around:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[]", "object"),
        (b"{}", "is of another version, this slamon reads version 1"),
        (_changed(version=2, more="x"), "is of another version, this slamon reads version 1"),
        (_changed(more="x"), "more: "),
        (_changed(revision=None), "revision: "),
        (_changed(sla__promise__more="x"), "sla.promise.more: "),
        (_changed(sla__promise__duration="3 weeks"), "sla.promise.duration: is no duration"),
        (_changed(sla__promise__calendar="none"), "names none, which it does not have"),
        (_changed(sla__promise__start="NOWHERE"), "names NOWHERE, which it does not have"),
        (_changed(sla__calendars__plain__time_zone="Mars/Base"), "sla.calendars.plain.time_zone: "),
        (_changed(holidays__plain=None), "names plain, which it does not have"),
        (_changed(holidays__plain=[1]), "holidays.plain.0: "),
        (_changed(**{"from": "yesterday"}), "from: "),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_what_can_not_be_read_says_why(value: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        decode(value)
    assert words in str(refused.value)


def test_a_record_of_an_older_slamon_keeps_the_revision_that_it_shows() -> None:
    """The terms are what counts; a later version may name them otherwise."""
    era = decode(_changed(revision="0123456789ab"))
    assert era.revision == "0123456789ab"
    assert era.terms == settings_of(FULL).sla_terms()
