"""What may be shown of a group to those who may not see each member by name: pure functions of sizes."""
