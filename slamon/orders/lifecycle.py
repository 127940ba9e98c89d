"""The statuses of an order in their order, and the system that owns each step (CONTRACT §2)."""

from dataclasses import dataclass, field

CANCELLED = "CANCELLED"
"""Ends an order without a verdict; not a step of the lifecycle."""


@dataclass(frozen=True, slots=True)
class Step:
    """One status, the system in which it happens, and the role of the person who makes the step, if it takes one."""

    status: str
    system: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The configured steps, first to last."""

    steps: tuple[Step, ...]
    index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the statuses."""
        object.__setattr__(self, "index", {step.status: number for number, step in enumerate(self.steps)})

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, first to last."""
        return tuple(step.status for step in self.steps)

    def owner(self, status: str) -> str | None:
        """Name the system that owns a step; None for a status that is not one."""
        number = self.index.get(status)
        return None if number is None else self.steps[number].system

    def after(self, status: str | None) -> Step | None:
        """The step after a status; None after the last one, and for a status that is none."""
        number = None if status is None else self.index.get(status)
        return None if number is None or number + 1 == len(self.steps) else self.steps[number + 1]


DEFAULT_LIFECYCLE = Lifecycle(
    (
        Step("INITIATED", "shop"),
        Step("FILE_UPLOADED", "shop"),
        Step("SUBMITTED", "shop"),
        Step("PRICE_CALCULATED", "mes"),
        Step("MANUFACTURING_APPROVED", "crm", "seller"),
        Step("MANUFACTURING_STARTED", "mes", "operator"),
        Step("MANUFACTURING_COMPLETED", "mes"),
        Step("PACKAGING", "mes"),
        Step("SHIPPED", "mes"),
        Step("CLOSED", "crm"),
    )
)
