"""Divisions, boundaries and place names (区划 · 界线 · 地名) as one coverage."""
