"""Printing: the summary, its annexes and the poster, as Word, PDF and Excel files."""
