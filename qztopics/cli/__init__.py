"""Arguments <-> verbs; one file per command; nobody imports it."""
