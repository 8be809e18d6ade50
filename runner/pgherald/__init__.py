"""pgherald: your Postgres sends the text."""
