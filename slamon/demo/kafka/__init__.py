"""A real Apache Kafka on this machine, for demo, tests and benchmarks; needs Java and, once, Maven."""
