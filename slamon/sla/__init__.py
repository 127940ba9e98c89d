"""Promises, stage budgets and verdicts: policies and the clocks that follow them. Pure."""
