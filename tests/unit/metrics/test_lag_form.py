"""How lag is shown."""

from slamon.metrics.lag_form import Detail, Exposition, LagForm


def test_the_words_of_the_configuration() -> None:
    assert [*Detail] == ["group", "topic", "partition"]
    assert [*Exposition] == ["kafka_exporter", "kafka-lag-exporter"]
    assert (LagForm().detail, LagForm().also_as) == ("partition", ())
