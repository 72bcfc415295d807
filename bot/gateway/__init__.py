"""The customer's edge: sessions, socket, protocol, limits, help centre, pages."""
