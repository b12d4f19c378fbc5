"""Reports: documents of blocks, of which most ask the metric dictionary a question."""
