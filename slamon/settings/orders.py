"""`sources` and `orders`: where order events come from, and what an order goes through."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle, Step
from slamon.settings.duration import Duration
from slamon.settings.fields import Allowed, Flag, PositiveSpan, Section, Span, Topic, Word, whole
from slamon.sla.calendar import Length


class Expect(Section):
    """How often a source is expected to speak."""

    every: Annotated[
        PositiveSpan | None, Field(description="A record at least every so much open time; null: learnt")
    ] = None
    calendar: Annotated[
        Word | None, Field(description="A calendar of sla.calendars, or always; null: the hours are learnt too")
    ] = None

    def to_length(self) -> Length | None:
        """`every` as the core takes it; None where it is learnt."""
        return None if self.every is None else Length(self.every.days, self.every.time)


class Source(Section):
    """Topics whose records are order events of one form."""

    topics: Annotated[
        tuple[Topic, ...],
        Field(min_length=1, description="Topics to read"),
        Allowed("a list of at least one topic"),
    ]
    system: Annotated[Word | None, Field(description="The system that speaks, where events do not say")] = None
    keyed: Annotated[
        Flag,
        Field(
            description="Whether every record is keyed by order id with Kafka's default partitioner: "
            "deadlines then wait for the order's own partition only"
        ),
    ] = False
    format: Annotated[
        Literal["native"],
        Field(description="Form of the records"),
        Allowed("native (the only form in this version)"),
    ] = "native"
    status_map: Annotated[
        dict[Word, Word],
        Allowed("a mapping of status names to statuses of the lifecycle, or CANCELLED"),
    ] = Field(
        default_factory=dict,
        description="The source's own status names: statuses of the lifecycle, or CANCELLED",
    )
    expect: Annotated[
        Expect | None, Field(description="When the source counts as silent; null: learnt from its arrivals")
    ] = None


class LifecycleStep(Section):
    """One status and the system that owns the step."""

    status: Annotated[Word, Field(description="Name of the status")]
    system: Annotated[Word, Field(description="The system in which the step happens")]
    role: Annotated[
        Word | None, Field(description="Whom the order waits for before this step; null: work of the system")
    ] = None


class Orders(Section):
    """What orders go through, and how long they are kept."""

    lifecycle: Annotated[
        tuple[LifecycleStep, ...],
        Field(min_length=2, description="The statuses in their order, each with the system that owns the step"),
        Allowed("a list of at least two {status, system, role}"),
    ] = tuple(LifecycleStep(status=step.status, system=step.system, role=step.role) for step in DEFAULT_LIFECYCLE.steps)
    keep_finished: Annotated[Span, Field(description="Finished and cancelled orders leave after")] = Duration(30, 0)
    keep_not_started: Annotated[Span, Field(description="Carts leave after so long without an event")] = Duration(90, 0)
    future_tolerance: Annotated[Span, Field(description="Events further ahead of the clock become dead letters")] = (
        Duration.parse("PT5M")
    )
    max_event_bytes: Annotated[
        int,
        Strict(),
        Field(ge=1024, le=16_777_216, description="Larger records become dead letters"),
        whole(1024, 16_777_216),
    ] = 262_144

    def to_lifecycle(self) -> Lifecycle:
        """The steps as the core takes them."""
        return Lifecycle(tuple(Step(step.status, step.system, step.role) for step in self.lifecycle))
