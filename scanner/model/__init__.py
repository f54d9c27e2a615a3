"""The nouns. Nothing here does anything, and nothing here imports the rest of the product."""
