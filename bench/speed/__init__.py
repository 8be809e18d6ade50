"""What the benchmark measures, a module for each question; `python bench --help` runs it."""
