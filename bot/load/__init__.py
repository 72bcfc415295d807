"""Customers made by the operator: replaying real messages and measuring under load, through real sockets."""
