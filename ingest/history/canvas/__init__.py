"""What a Canvas has recorded: the tables of Canvas Data 2, as its client writes them into files."""
