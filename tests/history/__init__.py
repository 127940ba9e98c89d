"""Generated history with known truth: a made-to-order shop over ten months, whose orders were decided beforehand."""
