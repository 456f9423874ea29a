"""What the site bears: saves and readers at once, for a minute, on SQLite and on PostgreSQL."""
