"""The history of the database schema: the register's copy and the ledger, in one line of revisions."""
