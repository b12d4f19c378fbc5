"""What administrators decide about terms, units, programmes, courses and sections; the same from a terminal."""
