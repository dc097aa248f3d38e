"""What others detect with, adapted to name accounts: one file a method, all read the same traffic, none the truth.

A method is a function from the traffic of a range to one number for each account, higher where it is more suspicious
and NaN where the method cannot say anything; `comparison.py` ranks accounts by it and names as many as Stillwatch
does. Methods that need to know what is normal are given honest traffic of another seed, and never anything else.
"""
