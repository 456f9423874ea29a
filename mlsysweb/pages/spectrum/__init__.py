"""The spectrum: every accelerator of the catalog on one chart, and the smallest that answers in time.

One roofline call for all of them. Copy it for a page that asks one question of the whole catalog.
"""
