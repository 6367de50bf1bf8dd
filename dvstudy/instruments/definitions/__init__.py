"""Definition files, one instrument each."""
