"""Hostile input: files made with ill will, torn writes, broken surroundings."""
