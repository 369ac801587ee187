"""What each tool's API would answer about the sample company at one instant: one module a tool, no transport.

Every answer is cut out of the world at `as_of`; nothing that happened at or after it may show.
"""

from orchestration.sample_company.apis.base import Answer, Request

__all__ = ["Answer", "Request"]
