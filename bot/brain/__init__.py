"""The worker: Rasa's Agent as a function of a turn."""

import os

# Read by Rasa and its libraries when they are imported: no reports to third parties, no downloads, no chatter.
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from bot.brain.late_imports import load_late

load_late()
