"""What the records offer beside the text of a report that is being written."""
