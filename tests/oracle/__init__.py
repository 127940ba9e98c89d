"""A slow oracle of the order rules, written from `CONTRACT.md` alone; it shares no code with slamon."""
