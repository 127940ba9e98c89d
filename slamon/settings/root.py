"""The whole configuration as one frozen value (CONTRACT §8)."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from slamon.settings.duration import Duration
from slamon.settings.fields import (
    Address,
    Allowed,
    BaseUrl,
    Later,
    Name,
    Opaque,
    Port,
    PositiveSpan,
    SecretFile,
    Section,
    Word,
)
from slamon.settings.kafka import Kafka
from slamon.settings.notify import Notify
from slamon.settings.orders import Orders, Source
from slamon.settings.sla import Sla
from slamon.settings.watch import Lag, Service
from slamon.sla.policy import SlaPolicy, SlaTerms


class Web(Section):
    """The port of metrics, probes and API."""

    host: Annotated[Word, Field(description="Address to listen on"), Allowed("a host name or an address")] = "127.0.0.1"
    port: Annotated[Port, Field(description="Port to listen on; 0: any free one")] = 8080
    advertise: Annotated[Address | None, Field(description="How other workers reach this one; null: host:port")] = None
    public_url: Annotated[
        BaseUrl | None,
        Field(description="How people reach the pages: the links in notices; null: http:// and advertise or host:port"),
    ] = None
    auth: Annotated[
        Opaque | None,
        Field(repr=False, exclude=True, description="Who may ask"),
        Later("everybody who reaches the port may ask"),
    ] = None


class LogLevel(StrEnum):
    """The least severity that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    CONSOLE = "console"


class Log(Section):
    """What is written on stderr."""

    level: Annotated[LogLevel, Field(description="Least severity of slamon's own lines")] = LogLevel.INFO
    libraries: Annotated[LogLevel, Field(description="Least severity of the libraries' lines")] = LogLevel.WARNING
    format: Annotated[
        LogFormat, Field(description="One JSON object a line; console: coloured text, on a terminal only")
    ] = LogFormat.JSON


class Settings(BaseSettings):
    """Everything slamon can be told. Build it with `slamon.settings.load`, which also finds every problem."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=False)

    kafka: Annotated[Kafka, Field(description="The cluster, and slamon's place in it")]
    sources: Annotated[
        dict[Name, Source],
        Allowed("a mapping of names to sources"),
    ] = Field(default_factory=dict, description="Where order events come from")
    orders: Annotated[Orders, Field(description="What orders go through, and how long they are kept")] = Orders()
    sla: Annotated[Sla, Field(description="What is promised")] = Sla()
    lag: Annotated[Lag | None, Field(description="Consumer lag")] = None
    services: Annotated[
        dict[Name, Service],
        Allowed("a mapping of names to services"),
        Later(),
    ] = Field(default_factory=dict, description="Services that are probed")
    notify: Annotated[Notify, Field(description="Who is told")] = Notify()
    web: Annotated[Web, Field(description="Metrics, probes and API")] = Web()
    log: Annotated[Log, Field(description="The log on stderr")] = Log()
    data_dir: Annotated[SecretFile, Field(description="Local state: instance id"), Allowed("the path of a folder")] = (
        "./data"
    )
    shutdown_grace: Annotated[PositiveSpan, Field(description="A stop takes no longer")] = Duration.parse("PT20S")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what is passed in: `load` reads file and variables, since it knows each key's line."""
        del settings_cls, others, named
        return (init_settings,)

    def sla_terms(self) -> SlaTerms:
        """The terms that the core follows."""
        return self.sla.to_terms(self.orders.to_lifecycle())

    def sla_policy(self) -> SlaPolicy:
        """The policy of orders that no other one matches."""
        return self.sla_terms().policies[-1]

    def secrets(self) -> tuple[str, ...]:
        """Every secret text, so that logs can leave it out."""
        return tuple(dict.fromkeys(_secrets(self)))


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
