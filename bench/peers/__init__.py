"""Two tools that others wrote, run as processes of their own in an environment of their own."""
