"""Attacks on the scan itself: logs in, logs out, whose truth stays known. They only write log files."""
