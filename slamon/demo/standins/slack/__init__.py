"""Slack played on this machine: the Web API, Socket Mode, modals, interactions, and a page that shows the channels."""

from slamon.demo.standins.slack.stand_in import SlackStandIn

__all__ = ["SlackStandIn"]
