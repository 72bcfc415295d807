"""The editors' edge: inbox, intents, articles, trainings, models."""
