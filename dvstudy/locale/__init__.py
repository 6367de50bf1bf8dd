"""Catalogues, one language each."""
