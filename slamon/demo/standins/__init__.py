"""Slack and a webhook receiver played on this machine: they keep to the documented ways and fail as told."""
