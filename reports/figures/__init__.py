"""The figures: their definitions, measures, scopes and readers."""
