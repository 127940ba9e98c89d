"""What can go wrong with a Kafka on this machine."""


class KafkaUnavailableError(Exception):
    """Kafka can't be started here; the message says what is missing or what Kafka said."""
