"""§3.1: which policy an order has, by what was stated so far, and which of its cycles is the current one."""

import json
from collections.abc import Sequence
from typing import Any

from tests.oracle.decoding import Event
from tests.oracle.rules import Policy, Rules


def policy_of(events: Sequence[Event], rules: Rules) -> Policy:
    """§3.1: "The first matching policy counts, matched on the first stated `channel`, `client_id` and attributes"."""
    channel, client = first_stated(events, "channel"), first_stated(events, "client_id")
    stated = first_stated(events, "attributes")
    attributes: dict[str, Any] = {} if stated is None else json.loads(stated)
    return next(policy for policy in rules.policies if policy.matches(channel, client, attributes))


def first_stated(events: Sequence[Event], name: str) -> str | None:
    """The value of the first event, in the order of §3, that states one."""
    return next((value for event in events if (value := getattr(event, name)) is not None), None)


def cycles(events: Sequence[Event], rules: Rules, policy: Policy) -> list[Sequence[Event]]:
    """§3.1: "`new_cycle` a return to the start step or before it opens a new promise"; else there is one cycle.

    A return: a status event at the start step or before it while the order's status is past the start step;
    none after a cancel.
    """
    if policy.on_regress != "new_cycle":
        return [events]
    start, status, opened = rules.step_of(policy.start), -1, [0]
    for place, event in enumerate(events):
        if event.cancels:
            break
        step = rules.step(event.status)
        if step is None:
            continue
        if step <= start < status:
            opened.append(place)
        status = step
    return [events[since:until] for since, until in zip(opened, [*opened[1:], len(events)], strict=True)]


def moving(events: Sequence[Event], rules: Rules, policy: Policy) -> list[tuple[Event, int]]:
    """The status events that move something, with their steps: under `ignore` none below the highest so far."""
    found: list[tuple[Event, int]] = []
    for event in events:
        step = rules.step(event.status)
        if step is None or (policy.on_regress == "ignore" and found and step < found[-1][1]):
            continue
        found.append((event, step))
    return found
