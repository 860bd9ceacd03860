"""Import and export of records as sheets: cells, columns, and the base class of resources."""
