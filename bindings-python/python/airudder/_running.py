"""The handle of a campaign that runs in threads of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._campaign_base import Handle
from airudder._threads import in_thread

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from airudder._campaign_job import Job
    from airudder._report import Report


class RunningCampaign(Handle):
    """A campaign that `Campaigns.start` began.

    As a context manager it waits for the end, and stops the campaign first where the block raises.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._future = in_thread(job.run, daemon=True)

    def done(self) -> bool:
        """Tell whether it has ended, one way or another."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> Report:
        """Wait for the end.

        Args:
            timeout: Wait so many seconds at most; then it is a `TimeoutError`, and the campaign goes on.

        Returns:
            The report.

        Raises:
            AirudderError: As `Campaigns.run` raises it; so is what else stopped it.
        """
        return self._future.result(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.result()
            return
        self.stop()
        self._future.exception()
