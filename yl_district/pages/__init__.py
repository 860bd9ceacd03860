"""Lists, forms and exports common to all pages."""
