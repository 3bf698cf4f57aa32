"""What came of an upload or a check, told to people, to programs, and in the file of rejected contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airudder._cli.errors import Status, say_json
from airudder._cli.output import say_plain, tell
from airudder._cli.rejects import write_rejects

if TYPE_CHECKING:
    from pathlib import Path

    from airudder._cli.contacts import ContactsFile
    from airudder._report import Report

LINES = 20
"""So many lines about single contacts are shown where a file has them all."""


class Outcome:
    """Tells the outcome."""

    def __init__(self, contacts: ContactsFile, rejects: Path | None, *, as_json: bool, quiet: bool) -> None:
        self._contacts = contacts
        self._rejects = rejects
        self._as_json = as_json
        self._quiet = quiet

    def stopped(self, report: Report) -> None:
        """Tell how far an upload came that an error stopped; the error itself is told afterwards."""
        tell(f"stopped: {counts(report)}; run the same again to go on")
        if self._contacts.is_read:
            self._write(report)

    def checked(self, report: Report) -> Status:
        """Tell whom a check would send."""
        text = f"{report.accepted} would be sent, {len(report.rejected)} rejected; nothing was sent"
        return self._told(report, text, sent=False)

    def ended(self, report: Report) -> Status:
        """Tell what became of every contact."""
        summary = [counts(report)]
        for workflow in report.workflows:
            found = workflow.workflow_id or "(unknown; may exist, empty)"
            summary.append(f"workflow {found} {workflow.name}: {workflow.contacts}")
        return self._told(report, "\n".join(summary), sent=True)

    def _told(self, report: Report, text: str, *, sent: bool) -> Status:
        report = self._contacts.explained(report)
        if not self._quiet:
            self._tell_lines(report)
        written = self._write(report)
        try:
            if self._as_json:
                say_json({"report": report.to_dict(), "lines": self._lines(report), "sent": sent})
            else:
                say_plain(text)
        except OSError as error:
            # What the status tells is whether everybody was taken, whoever reads about it.
            tell(f"the report could not be written ({error}):\n{text}")
        if not written:
            return Status.FAILED
        return Status.NOT_ALL if report.rejected or report.doubtful else Status.DONE

    def _write(self, report: Report) -> bool:
        if self._rejects is None:
            return True
        try:
            number = write_rejects(self._rejects, self._contacts.explained(report), self._contacts)
        except OSError as error:
            tell(f"the rejected contacts could not be written: {error}")
            return False
        if not self._quiet:
            tell(f"rejected and doubtful contacts in {self._rejects}: {number}")
        return True

    def _tell_lines(self, report: Report) -> None:
        contacts = self._contacts
        lines: list[str] = []
        for one in report.rejected:
            where = f" {one.pointer}" if one.pointer else ""
            what = contacts.fault(one.contact) or f"{one.code}{where}: {one.message}"
            lines.append(f"{contacts.place(one.contact)}: {what}")
        for doubtful in report.doubtful:
            lines.append(f"{contacts.place(doubtful.contact)}: doubtful; it is not known whether it was taken")
        shown = lines if self._rejects is None else lines[:LINES]
        for line in shown:
            tell(line)
        if len(lines) > len(shown):
            tell(f"and {len(lines) - len(shown)} more")

    def _lines(self, report: Report) -> dict[str, Any]:
        """The lines or rows of the contacts that were not accepted, by their positions."""
        left = sorted([*(one.contact for one in report.rejected), *(one.contact for one in report.doubtful)])
        return {str(contact): self._contacts.line(contact) for contact in left}


def counts(report: Report) -> str:
    """Tell how many contacts were accepted, rejected and left in doubt."""
    return f"{report.accepted} accepted, {len(report.rejected)} rejected, {len(report.doubtful)} doubtful"
