"""How urgent a late group is: where its orders are known, by what is left of their promises, else by age alone."""

from slamon.lag.policy import SlackPolicy
from slamon.lag.verdict import LATE, Level, Verdict
from slamon.lag.waiting import Waiting
from slamon.lag.window import Eta


def urgency(waiting: Waiting | None, eta: Eta | None, policy: SlackPolicy) -> Level | None:
    """By the least of slack - ETA over the waiting orders; None where no promise is known.

    A queue that does not clear uses up every promise: then it is never less than WARN.
    """
    if waiting is None or waiting.slack is None:
        return None
    if eta is None:
        return Level.CRITICAL if waiting.slack <= policy.warn_below else Level.WARN
    left = waiting.slack - (eta.span if eta.high is None else eta.high)
    if left <= policy.critical_below:
        return Level.CRITICAL
    return Level.WARN if left <= policy.warn_below else Level.NONE


def severity(verdict: Verdict, waiting: Waiting | None, eta: Eta | None, policy: SlackPolicy) -> Level:
    """How bad it is: three messages of an order due tomorrow outrank three thousand with two weeks left.

    A late group stays at WARN at least; what is not about age is as bad as its verdict says.
    """
    urgent = urgency(waiting, eta, policy)
    if verdict.status not in LATE or urgent is None:
        return verdict.level
    return max(Level.WARN, urgent)
