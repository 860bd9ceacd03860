"""Reports written section by section, and the document composed of them."""
