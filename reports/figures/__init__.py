"""The figures: their lines, what they measure, within which scope, and who may read them."""
