"""Published figures, one CSV file a source."""
