"""How acts change a coverage over time (沿革): pure decisions, no files, no databases."""
