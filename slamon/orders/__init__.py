"""What happened to orders: events, the lifecycle, the bounded history and its fold. Pure."""
