"""Kafka asked as a client and administrator: topics, offsets, startup checks. No stream engine here."""
