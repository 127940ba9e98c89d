"""`make bench-engine`: slamon's engine and core measured beside others on one broker, one set of topics, in one run."""
