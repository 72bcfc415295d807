"""Figures about conversations, with honest denominators."""
