"""The operator's tools: backup, restore and transfer of the database, health, readiness, metrics, the access log and
the list of settings. Nothing here knows a wall or a page."""
