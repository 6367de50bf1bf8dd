"""A saved run and a language in, a page out."""
