"""How long orders still take, learnt from those before them: distributions, risk, and how good they were. Pure."""
