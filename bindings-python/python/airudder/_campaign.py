"""Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Unpack, cast

from airudder._campaign_check import CHUNK, Check
from airudder._campaign_job import Job
from airudder._running import RunningCampaign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from airudder._campaign_settings import CampaignSettings
    from airudder._contacts import Contacts
    from airudder._native import Session
    from airudder._report import Report
    from airudder._transport import Transport
    from airudder._watch import Watch


class Campaigns:
    """Campaigns of a client."""

    def __init__(self, session: Session, transport: Transport, watch: Watch) -> None:
        self._session = session
        self._transport = transport
        self._watch = watch

    def run(self, **settings: Unpack[CampaignSettings]) -> Report:
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
                Or a data frame of pandas, Polars or Arrow (`pip install airudder[frames]`), a row each: columns that
                are no fields of a contact are variables, and what is missing is left out. A file is not read by itself:
                that is a `TypeError`. Of a contact that was sent, a later run must give the same fields in the same
                order.
            journal: A file of JSON lines, made if it is not there, or a journal of `airudder.journals`. It holds
                positions, checksums, and the API's messages, but no contact.
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
            require_journal: Go on with an earlier run only: where its journal is not, that is E1019, and nothing is
                sent. For a program that is started again by itself, perhaps on a machine without the file.
            recover: The earliest time at which the campaign can have begun, as `end_time` is given, where its journal
                was lost: each contact is looked up before it is sent, `settle` after the start. One that is found in a
                workflow of this campaign's name that was created since then is accepted. Whoever ran the campaign
                before must not run any more. Where there is a journal, it says how the campaign was begun. Not with
                `allow_duplicates`.
            partition: Send one part of the campaign, as `(0, 8)`: which one, from 0, and how many there are. The rest
                is for others. A worker takes only the contacts that `partition_of` puts into its partition, so it may
                read all contacts, or those alone. All workers have the same `name` and the same `journal` in a
                database, where each gets one of its own. Workflows are called `name [0/8]`, `name [0/8] (2)`, ... With
                another number of partitions a campaign is not gone on with: E1012.
            max_rejected: Stop before an upload with E1020 once more contacts than this were rejected. An `int` is a
                number of contacts, a `float` from 0 to 1 a share of those that were read. None: however many.
            max_outage: How many seconds the API may fail before the campaign stops. Until then nothing is uploaded,
                and a lookup asks now and then whether the API is back. What it refuses stops the campaign at once.
            max_doubtful_batches: Stop once uploads were lost so often in a row: lookups showed after `settle` that the
                API does not have their contacts, though it did not refuse them. Those that were under way together
                count once.
            rate: How many contacts a second are uploaded, on average over a few uploads and with those of all campaigns
                of the client. None: as fast as it goes. With a smaller `batch_size` it is steadier.
            window: The hours in which contacts are uploaded, as `("08:00", "20:00", "Asia/Jakarta")`; outside of them
                only those in doubt are looked up. This is about uploads: when people are called is a matter of the
                workflow's template. Where it opens again after `end_time` only, that is E1023.
            window_margin: Close the window so many seconds earlier.
            default_country: Numbers without a `+` are those of this country, as `ID`: `0812 3456 789` becomes
                `+628123456789`. Contacts with a number that has an impossible length, a trunk zero after its country
                code, or two readings are rejected. By the library phonenumbers: `pip install airudder[numbers]`. Leave
                it the same as long as the campaign may be run again. None: numbers are sent as they are given.
            suppress: Numbers that must not be called, as `+6281200000000`, such as a list, or a text file that is open,
                with one in a line. They are read before anything is sent. Contacts with one of them are rejected with
                E1021. Something that is no number is E1001. Or a function that is called in this thread with the
                contacts of each upload, just before it, and gives the numbers among them.
            suppress_case_ids: The same for case ids.
            deadline: Stop so many seconds after the start: what is under way ends and is journaled, then E1023 is
                raised. Run it again to go on. Contacts that are being waited for are not interrupted.
            stop_at: Stop at this time in the same way: a `datetime` with its zone.
            progress: Is called in this thread whenever something changed.

        Returns:
            What became of every contact.

        Raises:
            AirudderError: The campaign had to stop. Mend the cause, and run it again. `E1012`: the journal belongs to
                other contacts. `E1018`: another process runs this journal, or wrote to it.
            OSError: The journal cannot be opened or written, for instance since its folder is not there.

        `report` of these, of `KeyboardInterrupt`, and of what the contacts or `progress` raise, says how far it came.
        """
        return Job(self._session, self._transport, self._watch, settings).run()

    def start(self, **settings: Unpack[CampaignSettings]) -> RunningCampaign:
        """Do what `run` does, in threads of its own: contacts are read there, and `progress` is called there.

        >>> with client.campaigns.start(journal="july.jsonl", ...) as campaign:  # doctest: +SKIP
        ...     while not campaign.done():
        ...         show(campaign.progress)
        ...         time.sleep(1)
        ...     report = campaign.result()

        Args:
            settings: As for `run`.

        Raises:
            AirudderError: A setting is wrong. What happens later is raised by `result`.
        """
        return RunningCampaign(Job(self._session, self._transport, self._watch, settings))

    def missing(
        self, has_result: Callable[[Any], object], **settings: Unpack[CampaignSettings]
    ) -> Iterator[Mapping[str, Any]]:
        """Tell of which contacts no result came, some time after a campaign. Nothing is sent.

        A result arrives as an event, and is lost where no receiver was there for as long as AI Rudder tried. These are
        the contacts that the campaign's journal has as accepted, and of whom you have no result.

        >>> for contact in client.campaigns.missing(store.has_result, **settings):  # doctest: +SKIP
        ...     client.workflow.detail_instances(case_id=contact["caseid"], start_time=..., end_time=...)

        Args:
            has_result: Is called with an accepted contact, and tells whether you have its result.
            settings: Those of `run`, with the same contacts in the same order. No other program may have the journal at
                this time.

        Yields:
            The contacts, as they were given.

        Raises:
            AirudderError: `E1012`: the journal is another campaign's, or has other contacts. `E1019`: there is none.
        """
        return Job(self._session, self._transport, self._watch, settings).missing(has_result)

    def check(
        self,
        contacts: Contacts,
        *,
        allow_duplicates: bool = False,
        default_country: str | None = None,
        suppress: Iterable[str] = (),
        suppress_case_ids: Iterable[str] = (),
    ) -> Report:
        """Check contacts as a campaign would before it sends them. Nothing is sent, and nothing is written.

        Args:
            contacts: As for `run`. They are read to their end.
            allow_duplicates: As for `run`.
            default_country: As for `run`.
            suppress: As for `run`.
            suppress_case_ids: As for `run`.

        Returns:
            The report: `rejected` with the reasons, and in `accepted` the number of those that would be sent.
        """
        checked = Check(
            self._session,
            contacts,
            allow_duplicates=allow_duplicates,
            default_country=default_country,
            suppress=suppress,
            suppress_case_ids=suppress_case_ids,
            is_async=False,
        )
        rest = iter(cast("Iterable[Any]", checked.rows))
        while chunk := list(islice(rest, CHUNK)):
            checked.feed(chunk)
        return checked.report()
