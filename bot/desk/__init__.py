"""The agents' edge: queue, routing, presence, conversations."""
