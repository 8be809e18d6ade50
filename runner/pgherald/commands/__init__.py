"""The doors of the command line, one module each; `cli.py` opens them."""
