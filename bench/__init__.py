"""Long measurements: speed, memory, and the figures that releases quote. None of this runs in the tests."""
