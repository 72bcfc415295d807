"""Rasa components of our own: features, intents, rejection, entities, frustration."""
