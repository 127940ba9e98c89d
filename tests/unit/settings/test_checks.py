"""Keys that do not fit together; most are in tests/testdata/config."""

import pytest

from tests.configurations import SMALLEST, problems_beside, problems_of

TWO_STEPS = "orders: {lifecycle: [{status: SUBMITTED, system: a}, {status: SHIPPED, system: b}]}\n"


def test_any_one_of_sources_lag_services_is_enough() -> None:
    kafka = 'kafka: {bootstrap_servers: "a:1"}\n'
    assert problems_of(SMALLEST) == []
    assert problems_of(kafka + "lag: {}\n") == []
    assert problems_of(kafka + 'services: {mes: {http: "http://mes/health"}}\n') == []
    for nothing in ("", "lag: null\n", "lag:\n", "sources: {}\n", "services:\n"):
        assert len(problems_of(kafka + nothing)) == 1


def test_a_lifecycle_of_ones_own_needs_terms_that_fit() -> None:
    found = problems_beside(TWO_STEPS)
    assert [line.split(": ")[1] for line in found] == ["sla.promise.stop", "sla.stages"]
    assert "by default CLOSED is no status" in found[0]
    fitting = "sla: {promise: {stop: [SHIPPED]}, stages: [{from: SUBMITTED, to: SHIPPED, budget: P1D}]}\n"
    assert problems_beside(TWO_STEPS + fitting) == []
    assert problems_beside(TWO_STEPS + "sla: {promise: {stop: [SHIPPED]}, stages: []}\n") == []


def test_a_wrong_lifecycle_is_not_blamed_on_others() -> None:
    found = problems_beside("orders: {lifecycle: [{status: A}, {status: B, system: b}]}\nsla: {promise: {start: A}}\n")
    assert [line.split(": ")[1] for line in found] == ["orders.lifecycle.0.system"]


def test_a_wrong_start_is_not_blamed_on_stop() -> None:
    found = problems_beside("sla: {promise: {start: 5, stop: [SUBMITTED]}}\n")
    assert [line.split(": ")[1] for line in found] == ["sla.promise.start"]


def test_a_wrong_secret_is_not_called_missing() -> None:
    found = problems_beside("kafka: {bootstrap_servers: x}\nnotify: {webhooks: {crm: {url: 5}}}\n")
    assert [line.split(": ")[1] for line in found if "crm" in line] == ["notify.webhooks.crm.url"]


def test_broken_sources_are_not_called_missing() -> None:
    found = problems_of('kafka: {bootstrap_servers: "a:1"}\nsources: {o: {topics: 5}}\n')
    assert [line.split(": ")[1] for line in found] == ["sources.o.topics"]


def test_status_maps_may_lead_to_the_lifecycle_and_to_cancelled() -> None:
    maps = "sources: {o: {topics: [x], status_map: {a: SUBMITTED, b: CANCELLED, SHIPPED: CLOSED}}}\n"
    assert problems_of('kafka: {bootstrap_servers: "a:1"}\n' + maps) == []


@pytest.mark.parametrize("topic", ["repartition", "deliveries", "outbox", "dead-letters", "policies", "answers"])
def test_our_own_topics_are_no_source(topic: str) -> None:
    kafka = 'kafka: {bootstrap_servers: "a:1", app_id: mine}\n'
    assert len(problems_of(f"{kafka}sources: {{o: {{topics: [mine.{topic}]}}}}\n")) == 1
    assert problems_of(f"{kafka}sources: {{o: {{topics: [slamon.{topic}]}}}}\n") == []


@pytest.mark.parametrize(
    ("security", "keys"),
    [
        ("protocol: SSL", []),
        ("protocol: SASL_SSL, username: u, password: p", []),
        ("protocol: SASL_PLAINTEXT, username: u, password: p, insecure: true", []),
        ("protocol: SASL_PLAINTEXT, username: u, password: p", ["protocol"]),
        ("protocol: SASL_SSL", ["password", "username"]),
        ("username: u", ["protocol"]),
        ("protocol: SSL, cert_file: pyproject.toml", ["key_file"]),
        ("protocol: SSL, key_file: pyproject.toml", ["cert_file"]),
        ("ca_file: pyproject.toml", ["ca_file"]),
    ],
)
def test_security_of_kafka(security: str, keys: list[str]) -> None:
    kafka = f'kafka: {{bootstrap_servers: "a:1", security: {{{security}}}}}\nlag: {{}}\n'
    assert [line.split(": ")[1] for line in problems_of(kafka)] == [f"kafka.security.{key}" for key in keys]


def test_webhook_secrets_are_any_text_or_whsec_and_base64() -> None:
    for secret, problems in (("anything", 0), ("whsec_c2VjcmV0", 0), ("whsec_", 1), ("whsec_%", 1)):
        hook = f'notify: {{webhooks: {{crm: {{url: "http://a", secret: "{secret}"}}}}}}\n'
        assert len(problems_beside(hook)) == problems
