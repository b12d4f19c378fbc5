"""Learning platforms: whom we believe, what was launched, and the roles that launches and rosters give."""
