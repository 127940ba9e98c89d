"""The report as JSON: what the table, CSV and HTML are written from. Unknown is None, never 0."""

from collections.abc import Mapping, Sequence
from typing import Any

from slamon.orders.event import Instant, rfc3339
from slamon.reports.figures import BUCKET_DAYS, Figures, Promises, Stage
from slamon.reports.report import By, Calibration, Report, stage_name
from slamon.sla.verdict import Verdict

_MICROSECONDS = 6
Shape = dict[str, Any]


def report_json(report: Report, as_of: Instant | None) -> Shape:
    """Write a report; `as_of` is the instant at which its orders were judged."""
    scope, total = report.scope, report.total
    return {
        "as_of": _time(as_of),
        "from": _time(scope.since),
        "to": _time(scope.until),
        "by": None if scope.by is None else str(scope.by),
        "left_out": {"outside": report.outside, "without_promise": report.without_promise},
        **_figures(total, scope.statuses),
        "cohorts": [{"week": week, **_promises(found)} for week, found in sorted(report.cohorts.items())],
        "groups": _groups(report),
        "calibration": None if report.calibration is None else [_calibration(one) for one in report.calibration],
        "brier": report.brier,
    }


def _figures(figures: Figures, statuses: Sequence[str]) -> Shape:
    return {
        "promises": _promises(figures.promises),
        "lead_time": {"orders": len(figures.lead_times), **_quantiles(figures.lead_times.quantiles(50, 90, 95))},
        "overdue": _overdue(figures),
        "stages": [_stage(key, figures.stages[key]) for key in _in_order(figures.stages, statuses)],
        "causes": _causes(figures),
    }


def _promises(promises: Promises) -> Shape:
    count, finished = promises.verdicts, promises.finished
    return {
        "orders": count.total(),
        "kept": count[Verdict.KEPT],
        "kept_after_extension": promises.after_extension,
        "broken": count[Verdict.BROKEN],
        "breached": count[Verdict.BREACHED],
        "open_in_time": count.total() - finished - count[Verdict.BREACHED] - count[Verdict.CANCELLED],
        "cancelled": count[Verdict.CANCELLED],
        "kept_ratio": _ratio(count[Verdict.KEPT], finished),
        "kept_original_ratio": _ratio(promises.original, finished),
    }


def _overdue(figures: Figures) -> list[Shape]:
    late = sum(figures.overdue)
    ends = (*BUCKET_DAYS, None)
    return [
        {"over_days": low, "to_days": high, "orders": count, "share": _ratio(count, late)}
        for low, high, count in zip((0, *BUCKET_DAYS), ends, figures.overdue, strict=True)
    ]


def _in_order(stages: Mapping[tuple[str, str], Stage], statuses: Sequence[str]) -> list[tuple[str, str]]:
    """As the lifecycle goes; stages of statuses that are not in it come last, by name."""
    place = {status: number for number, status in enumerate(statuses)}
    last = len(place)
    return sorted(stages, key=lambda key: (place.get(key[0], last), place.get(key[1], last), key))


def _stage(key: tuple[str, str], stage: Stage) -> Shape:
    taken = stage.taken.quantiles(50, 90, 95)
    usual = taken[0]
    return {
        "from": key[0],
        "to": key[1],
        "system": stage.system,
        "visits": stage.visits,
        "overdue": stage.overdue,
        "overdue_ratio": _ratio(stage.overdue, stage.visits),
        **_quantiles(taken),
        "open": stage.open,
        "oldest_open_seconds": _seconds(stage.oldest),
        "median_claim_seconds": _seconds(usual),
        "oldest_to_median": None if stage.oldest is None or not usual else round(stage.oldest / usual, 2),
    }


def _causes(figures: Figures) -> list[Shape]:
    """The time of late orders by cause, the greatest first."""
    ordered = sorted(figures.late_causes.items(), key=lambda item: (-item[1], item[0]))
    whole = sum(seconds for _, seconds in ordered)
    rows, so_far = [], 0.0
    for cause, seconds in ordered:
        so_far += seconds
        rows.append(
            {
                "cause": cause,
                "seconds": _seconds(seconds),
                "share": _ratio(seconds, whole),
                "cumulative_share": _ratio(min(so_far, whole), whole),
                "orders": figures.late_orders_by_cause[cause],
            }
        )
    return rows


def _groups(report: Report) -> list[Shape]:
    """Weeks and stages in their order; all else with the most late orders first; the unknown group last."""
    statuses = report.scope.statuses
    rows = [
        {"group": group, "name": report.names.get(group or ""), **_figures(figures, statuses)}
        for group, figures in report.groups.items()
    ]
    rows.sort(key=lambda row: (row["group"] is None, *_rank(row, report)))
    return rows


def _rank(row: Shape, report: Report) -> tuple[Any, ...]:
    group = row["group"] or ""
    if report.scope.by is By.WEEK:
        return (group,)
    if report.scope.by is By.STAGE:
        names = [stage_name(*key) for key in _in_order(report.total.stages, report.scope.statuses)]
        return (names.index(group) if group in names else len(names), group)
    told = row["promises"]
    return (-told["broken"] - told["breached"], -told["orders"], group)


def _calibration(told: Calibration) -> Shape:
    return {
        "from": told.low,
        "to": told.high,
        "forecasts": told.forecasts,
        "late": told.late,
        "late_ratio": _ratio(told.late, told.forecasts),
        "mean_probability": told.mean,
    }


def _quantiles(found: list[float | None]) -> Shape:
    names = ("p50_seconds", "p90_seconds", "p95_seconds")
    return {name: _seconds(number) for name, number in zip(names, found, strict=True)}


def _seconds(number: float | None) -> float | int | None:
    """Whole seconds stay whole; sums of parts of seconds are exact to the microsecond."""
    if number is None:
        return None
    rounded = round(number, _MICROSECONDS)
    return int(rounded) if rounded == int(rounded) else rounded


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
