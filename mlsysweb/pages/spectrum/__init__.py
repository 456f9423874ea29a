"""The spectrum: every accelerator of the catalog in one chart, and the smallest that meets a latency target.

One call of the roofline evaluates all of them. Copy this package for a page that applies one question to the whole
catalog.
"""
