"""The colours of every chart: on paper and in spreadsheets from here, on pages from the variables of the same names.

The style sheet of the pages repeats them, since a browser reads nothing else; a test holds both to one value.
"""

RED, BLUE, GREEN, AMBER = "#b5242b", "#5b7aa8", "#2f855a", "#c98a1b"
INK, QUIET, PALE = "#1f2733", "#667085", "#c5ccd6"
# Darker than the lines of pages, which a printer would lose.
RULE = "#d0d5dd"
# What is told first, what stands beside it, and what stands beside both.
SERIES = (RED, BLUE, PALE)
