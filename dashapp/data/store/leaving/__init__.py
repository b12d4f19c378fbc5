"""How an organisation leaves: what it has, read out whole and taken away whole. All as la_jobs."""
