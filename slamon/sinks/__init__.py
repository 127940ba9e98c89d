"""Where notices leave: Slack and signed webhooks, one attempt a call; when to repeat and how fast to go."""
