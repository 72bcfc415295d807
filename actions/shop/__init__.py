"""The shop as the bot sees it: a port and its adapters."""
