"""Log records of one line, for what a visitor causes and no traceback explains."""

from __future__ import annotations

import logging


class WithoutTraceback(logging.Filter):
    """A filter that leaves the traceback out of every record of its logger. It refuses none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return true."""
        record.exc_info, record.exc_text = None, None
        return True
