"""Rasa custom actions, one topic a file."""
