"""Accounts, roles, tokens and customers' identity."""
