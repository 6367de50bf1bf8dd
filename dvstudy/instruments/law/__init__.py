"""Legal regimes by date, one TOML file a jurisdiction."""
