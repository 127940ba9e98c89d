"""What is measured, each started as a process of its own: `python -m bench.contenders.NAME JOB`."""
