"""Trainings, evaluation, the registry of models."""

# It says which modules of Rasa wait for their first use; Rasa must not be imported before.
import bot.brain  # noqa: F401
