"""Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airudder._base import seed
from airudder._contacts import ByRules, check_kind
from airudder._errors import AirudderError, invalid_setting
from airudder._journal import JournalFile
from airudder._native import Campaign as Machine
from airudder._report import DoubtfulContact, Progress, Rejected, Report, Workflow

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from airudder._generated.types import Detail
    from airudder._native import Session
    from airudder._transport import Transport


class Campaigns:
    """Campaigns of a client."""

    def __init__(self, session: Session, transport: Transport) -> None:
        self._session = session
        self._transport = transport

    def run(
        self,
        *,
        workflow_template_id: int,
        name: str,
        end_time: str | datetime,
        contacts: Iterable[Detail] | Iterable[Mapping[str, Any]] | ByRules,
        journal: str | os.PathLike[str],
        batch_size: int = 1000,
        in_flight: int = 1,
        lookups_in_flight: int = 8,
        settle: float | None = 60.0,
        allow_duplicates: bool = False,
        retry_rejected: bool = False,
        journal_key: str | None = None,
        same_account: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> Report:
        """Send contacts to as many workflows as they need, each contact once.

        Every batch is written to the journal before it is sent. When the program dies, at whatever moment, run it again
        with the same journal and the same contacts in the same order: what is done is not done again, what is doubtful
        is looked up, and new contacts at the end go out, if `end_time` has not passed. Keep the journal as long as the
        campaign may be run again.

        Contacts that break a rule, are no JSON, or come twice are reported as rejected; the others go out.

        Args:
            workflow_template_id: The template of the workflows.
            name: The name of the workflow; further ones are called `name (2)`, `name (3)`, ...
            end_time: When the workflows end, as `2099-12-01 18:00:00+08:00`, or a `datetime` with its zone.
            contacts: Dicts as `workflow.upload_details` takes them. They are read as they are needed, in this thread.
                Files and tables are not read by themselves: that is a `TypeError`. Of a contact that was sent, a later
                run must give the same fields in the same order.
            journal: A file of JSON lines, made if it is not there. It holds positions, checksums, and the API's
                messages, but no contact.
            batch_size: Contacts in one upload, 1 to 10 000.
            in_flight: Uploads under way at once.
            lookups_in_flight: Lookups of doubtful contacts under way at once.
            settle: A contact that a doubtful upload may have carried is looked up; if it is not found, again so many
                seconds later, and only then sent again. That nobody is called twice rests on the API not taking up a
                request later than this. None: never send such a contact again; it stays doubtful.
            allow_duplicates: Takes a contact that comes again. Contacts are the same when their case ids are, or,
                without one, their numbers.
            retry_rejected: Sends contacts again that the API refused in an earlier run. Each is looked up
                before, and again after `settle`.
            journal_key: What the fingerprints in the journal are keyed by. None: the app secret. After a change of the
                app secret, give the earlier one here to go on with a campaign that began before.
            same_account: Take a journal that was written for another `base_url` or `app_key`: the account is the same.
            progress: Is called in this thread whenever something changed.

        Returns:
            What became of every contact.

        Raises:
            AirudderError: The campaign had to stop; `report` of the exception says how far it came. Mend the cause, and
                run it again. `E1012`: the journal belongs to other contacts. `E1018`: another process runs this
                journal, or wrote to it.
            OSError: The journal cannot be opened or written, for instance since its folder is not there.
        """
        try:
            path = Path(journal)
        except TypeError:
            raise TypeError("journal is the path of a file: it keeps people from being called twice") from None
        check_kind(contacts)
        try:
            machine = Machine(
                self._session,
                workflow_template_id=workflow_template_id,
                name=name,
                end_time=_end_time(end_time),
                batch_size=batch_size,
                in_flight=in_flight,
                lookups_in_flight=lookups_in_flight,
                settle=settle,
                allow_duplicates=allow_duplicates,
                retry_rejected=retry_rejected,
                journal_key=journal_key,
                same_account=same_account,
                seed=seed(),
            )
        finally:
            del journal_key  # error reporters show the local variables of a traceback
        from airudder._campaign_run import Run  # it loads concurrent.futures, which takes long

        error: AirudderError | None = None
        try:
            with JournalFile(path) as file:
                file.cut(machine.resume(file.read()))
                rows = contacts.by_rules(machine.normal) if isinstance(contacts, ByRules) else contacts
                Run(machine, self._transport, file, progress).run(iter(rows))
        except AirudderError as raised:
            error = raised
        report, stopped_by = _report(machine)
        error = error or stopped_by
        if error is not None:
            error.report = report
            raise error
        return report


def _end_time(given: str | datetime) -> str:
    if not isinstance(given, datetime):
        return given
    if given.utcoffset() is None:
        fix = 'write datetime(2026, 12, 1, 18, tzinfo=ZoneInfo("Asia/Jakarta")), or "2026-12-01 18:00:00+07:00"'
        raise invalid_setting("end_time", f"the datetime has no zone, and this library guesses none: {fix}")
    return given.isoformat(" ", "seconds")


def _report(machine: Machine) -> tuple[Report, AirudderError | None]:
    """Read the report of a campaign, and why it stopped before its end."""
    accepted, rejected, doubtful, workflows, clock_offset_ms, stopped_by = machine.report()
    report = Report(
        accepted,
        [Rejected(*one) for one in rejected],
        [DoubtfulContact(*one) for one in doubtful],
        [Workflow(*one) for one in workflows],
        clock_offset_ms,
    )
    return report, stopped_by
