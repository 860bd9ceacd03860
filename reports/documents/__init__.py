"""Reports that are written section by section, and the summary composed of them."""
