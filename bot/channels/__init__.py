"""Channels other than the widget."""
