"""The review server: every page on which people see their portrait and say yes or no."""
