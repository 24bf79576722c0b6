"""Foreign files: found, read in bulk, and one record at a time where bulk fails."""
