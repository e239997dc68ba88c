"""The parts of scripts/simulate_atlas.py."""
