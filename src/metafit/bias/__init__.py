"""Is the funnel lopsided?"""
