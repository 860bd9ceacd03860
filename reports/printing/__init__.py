"""What is printed: the summary, its annexes and the poster, as Word, PDF and Excel."""
