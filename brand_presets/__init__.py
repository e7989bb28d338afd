"""How companies look: one TOML file each."""
