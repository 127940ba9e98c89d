"""Generated history with known truth: a made-to-order shop over ten months, whose every order was decided beforehand."""
