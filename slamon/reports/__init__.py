"""What became of promises over weeks: kept ratios, lead times, stages, causes, and how they are written. Pure."""
