"""A PostgreSQL database of one's own for a test, gone after it."""

import contextlib
import os
import uuid

import psycopg2

HOST, PORT = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432")
USER = os.environ.get("PGUSER", "postgres")


@contextlib.contextmanager
def postgres_database():
    """The address of a new, empty database."""
    name = f"baton_test_{uuid.uuid4().hex[:12]}"
    _administer(f"CREATE DATABASE {name}")
    try:
        yield f"postgresql://{USER}@{HOST}:{PORT}/{name}"
    finally:
        _administer(f"DROP DATABASE {name} WITH (FORCE)")


def renew_postgres_database(url, template):
    """Put a copy of the template in the place of a database, whoever is connected to it."""
    name, original = url.rsplit("/", 1)[1], template.rsplit("/", 1)[1]
    _administer(f"DROP DATABASE {name} WITH (FORCE)")
    _administer(f"CREATE DATABASE {name} TEMPLATE {original}")


def end_connections(url):
    """Have the server end everybody's connection to a database."""
    name = url.rsplit("/", 1)[1]
    _administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def _administer(statement):
    connection = psycopg2.connect(host=HOST, port=PORT, user=USER, dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
