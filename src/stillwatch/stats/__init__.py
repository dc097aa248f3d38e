"""Mathematics without a word of our trade: keyed hashing, sketches, surprise, chance."""
