"""What people are told: notices that stand, their ids, their texts and what was done about each. Pure."""
