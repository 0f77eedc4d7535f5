"""The registry's books in a SQLite file or PostgreSQL: register and outbox, entered in one transaction."""

from sync.registry.adapters.sql.books import SqlBooks, open_books

__all__ = ["SqlBooks", "open_books"]
