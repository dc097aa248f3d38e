"""Groups to verdicts: honest explanations first, then purpose, tier, reasons, what would clear it, and limits."""
