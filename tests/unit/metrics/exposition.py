"""Reads an exposition back with the library's own parser."""

from prometheus_client.parser import text_string_to_metric_families

from slamon.metrics.registry import Metrics


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """The samples of this name: label values in the order of the label names, and the value."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.render()[0].decode())
        for sample in family.samples
        if sample.name == name
    }
