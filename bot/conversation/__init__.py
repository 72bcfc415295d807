"""The conversation core: one state machine, one writer, one event log. Standard library only."""
