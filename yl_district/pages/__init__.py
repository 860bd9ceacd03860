"""Lists, forms and exports as every page shows them."""
