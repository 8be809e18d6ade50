"""`python -m pgherald`, where the command is not on the path."""

from pgherald.cli import main

main()
