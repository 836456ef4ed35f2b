"""The derivations that the book displays, in SymPy: from the log-likelihood to the closed form of the bounds.

Each module is one step. Nothing in here is used to compute a figure: tests compare the formulas with the package,
and the chapters show them. SymPy is imported by these modules only.
"""
