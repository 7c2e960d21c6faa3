"""Data of the selftest: a short exam with a careful reader's verdicts, and lines that give orders."""
