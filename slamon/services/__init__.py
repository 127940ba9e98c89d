"""The loops of the daemon: gather, decide (pure), apply."""
