"""Exchanges folded into summaries that merge: commutative, associative, with an empty one that changes nothing."""
