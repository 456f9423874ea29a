"""Saved scenarios side by side: what they asked, what they found, and why it differs. Reads what was kept; only the
question why is asked anew, of the rows that were kept."""
