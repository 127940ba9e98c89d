"""What slamon answers over HTTP: the order API, health, metrics, a first page; one worker answers for all."""
