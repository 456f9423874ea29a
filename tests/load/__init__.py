"""A load test: concurrent saves and readers, for a minute, on SQLite and on PostgreSQL."""
