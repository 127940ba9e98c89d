from slamon.kafka.finding import Check, Finding, Severity


def test_a_finding_reads_as_a_sentence() -> None:
    finding = Finding(Severity.WARN, Check.RETENTION, "orders.events", "keeps 7 days", "keep 21 days")
    assert str(finding) == "orders.events: keeps 7 days; keep 21 days"


def test_the_worst_comes_first() -> None:
    assert list(Severity) == [Severity.REFUSE, Severity.WAIT, Severity.WARN]
