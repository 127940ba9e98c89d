"""What slamon is told: the configuration as frozen values, loaded with every problem named (CONTRACT §8)."""

from slamon.settings.duration import Duration
from slamon.settings.load import Loaded, load, load_text
from slamon.settings.root import Log, LogFormat, LogLevel, Settings, Web

__all__ = ["Duration", "Loaded", "Log", "LogFormat", "LogLevel", "Settings", "Web", "load", "load_text"]
