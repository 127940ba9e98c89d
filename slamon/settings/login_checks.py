"""What no single key of a cluster's `security` can tell: what a login needs, and what has no use without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slamon.settings.finding import Finding
    from slamon.settings.kafka import Security
    from slamon.settings.root import Settings
    from slamon.settings.shape import Path


def security(settings: Settings) -> Iterator[Finding]:
    """Look at slamon's own cluster and at those that are watched for lag."""
    yield from _login(settings.kafka.security, ("kafka", "security"))
    for name, cluster in settings.lag.clusters.items() if settings.lag is not None else ():
        yield from _login(cluster.security, ("lag", "clusters", name, "security"))


def _login(security: Security, path: Path) -> Iterator[Finding]:
    if not security.protocol.has_sasl and (security.username or security.password):
        yield (*path, "protocol"), f"is {security.protocol}, which takes no user; allowed is SASL_SSL"
    for key in ("username", "password"):
        if security.protocol.has_sasl and getattr(security, key) is None:
            yield (*path, key), f"is missing, {security.protocol} needs it"
    if security.protocol.value == "SASL_PLAINTEXT" and not security.insecure:
        yield (
            (*path, "protocol"),
            "sends the password unencrypted, allowed is SASL_SSL, or insecure: true beside it",
        )
    if (security.cert_file is None) != (security.key_file is None):
        lacking = "cert_file" if security.cert_file is None else "key_file"
        yield (*path, lacking), "is missing, allowed are cert_file and key_file together"
    if security.ca_file and not security.protocol.has_tls:
        yield (*path, "ca_file"), f"has no use with {security.protocol}, allowed with SSL and SASL_SSL"
