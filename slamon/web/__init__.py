"""What slamon answers over HTTP: the order API, health, metrics, pages for people; one worker answers for all."""
