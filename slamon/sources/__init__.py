"""Where order events come from: bytes of a Kafka record or lines of a recorded file become `OrderEvent`s."""
