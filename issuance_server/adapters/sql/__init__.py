"""The ledger in SQL: SQLite and PostgreSQL through one set of statements."""
