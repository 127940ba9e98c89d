"""What Kafka's own questions tell about groups and topics: one cycle of reading, time look-ups, bounded reads."""
