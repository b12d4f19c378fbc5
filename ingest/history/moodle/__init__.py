"""What a Moodle has recorded: its log, as the table or as the report that people download, its grades, completion,
enrolments and names."""
