"""What a login needs, at slamon's own cluster and at those that are watched."""

import pytest

from tests.configurations import problems_of

CASES = [
    ("protocol: SSL, username: u", "protocol", "takes no user"),
    ("protocol: SASL_SSL, username: u", "password", "is missing"),
    ("protocol: SASL_PLAINTEXT, username: u, password: p", "protocol", "unencrypted"),
    (f"protocol: SSL, cert_file: {__file__}", "key_file", "is missing"),
    (f"ca_file: {__file__}", "ca_file", "has no use with PLAINTEXT"),
]


@pytest.mark.parametrize(("security", "key", "words"), CASES)
def test_slamons_own_cluster(security: str, key: str, words: str) -> None:
    [found] = problems_of(f'kafka: {{bootstrap_servers: "a:1", security: {{{security}}}}}\nlag: {{}}\n')
    assert found.startswith(f"slamon.yaml:1: kafka.security.{key}: ")
    assert words in found


@pytest.mark.parametrize(("security", "key", "words"), CASES)
def test_a_cluster_that_is_watched(security: str, key: str, words: str) -> None:
    cluster = f"lag: {{clusters: {{eu: {{bootstrap_servers: 'a:1', security: {{{security}}}}}}}}}\n"
    [found] = problems_of(f'kafka: {{bootstrap_servers: "a:1"}}\n{cluster}')
    assert found.startswith(f"slamon.yaml:2: lag.clusters.eu.security.{key}: ")
    assert words in found
