"""The colours of all charts: for paper and spreadsheets from here, for pages from CSS variables of the same names.

The style sheet repeats them, since browsers cannot read this module; a test keeps the values equal.
"""

RED, BLUE, GREEN, AMBER = "#b5242b", "#5b7aa8", "#2f855a", "#c98a1b"
INK, QUIET, PALE = "#1f2733", "#5a6475", "#c5ccd6"
# Darker than the lines on pages, which printers would lose.
RULE = "#d0d5dd"
# The colours of the first, second and third series.
SERIES = (RED, BLUE, PALE)
