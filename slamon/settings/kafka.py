"""`kafka`: which cluster, how to reach it, and how slamon's own topics are named and sized."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict

from slamon.settings.duration import Duration
from slamon.settings.fields import (
    AppId,
    Flag,
    PositiveSpan,
    Secret,
    SecretFile,
    Section,
    Servers,
    Word,
    whole,
)


class Protocol(StrEnum):
    """Kafka's own names for how a connection is secured."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def has_sasl(self) -> bool:
        """Whether the client logs in with a user name and a password."""
        return self in {Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL}

    @property
    def has_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self in {Protocol.SSL, Protocol.SASL_SSL}


class Mechanism(StrEnum):
    """How a SASL client proves who it is."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class Security(Section):
    """TLS and SASL of the connection to the brokers."""

    protocol: Annotated[Protocol, Field(description="How the connection is secured")] = Protocol.PLAINTEXT
    mechanism: Annotated[Mechanism, Field(description="SASL mechanism")] = Mechanism.PLAIN
    username: Annotated[Word | None, Field(description="SASL user name")] = None
    password: Annotated[Secret | None, Field(description="SASL password")] = None
    password_file: Annotated[SecretFile | None, Field(description="File that holds the SASL password")] = None
    ca_file: Annotated[SecretFile | None, Field(description="Certificates to trust; null: the system's")] = None
    cert_file: Annotated[SecretFile | None, Field(description="Client certificate, for mutual TLS")] = None
    key_file: Annotated[SecretFile | None, Field(description="Key of the client certificate")] = None
    key_password: Annotated[Secret | None, Field(description="Password of that key")] = None
    key_password_file: Annotated[SecretFile | None, Field(description="File that holds that password")] = None
    verify_hostname: Annotated[Flag, Field(description="Whether the broker's certificate must name its host")] = True
    insecure: Annotated[Flag, Field(description="Allow a password over an unencrypted connection")] = False


class Kafka(Section):
    """The cluster and slamon's place in it."""

    bootstrap_servers: Annotated[Servers, Field(description="Brokers to ask first")]
    security: Annotated[Security, Field(description="TLS and SASL")] = Security()
    app_id: Annotated[
        AppId,
        Field(description="Consumer group, and prefix of slamon's own topics; changing it starts afresh"),
    ] = "slamon"
    partitions: Annotated[
        int,
        Strict(),
        Field(ge=1, le=1000, description="Partitions of slamon's own topics; can't be changed later"),
        whole(1, 1000),
    ] = 8
    replication_factor: Annotated[
        int,
        Strict(),
        Field(ge=1, le=10, description="Copies of slamon's own topics; 3 in production"),
        whole(1, 10),
    ] = 1
    instance_id: Annotated[
        AppId | None,
        Field(description="Static membership; null: a random one, kept and locked in data_dir"),
    ] = None
    session_timeout: Annotated[
        PositiveSpan,
        Field(description="A worker unheard of for so long loses its partitions; a quicker restart moves none"),
    ] = Duration.parse("PT30S")
