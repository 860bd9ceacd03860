"""The yearly assessment of prevention work: checklist, self-rating, review and result."""
