"""Send one campaign with Spark: a task for each partition, on as many machines as you like.

    spark-submit spark_campaign.py 8 outcome july.parquet more.parquet

The numbers are those of the partitions, the folder that the tables are written to, and all files, whose columns are
callee, caseid and customer_name. Spark reads each file once and gives every contact to the task of its partition, so
somebody who stands in two files is called once, as the first of them says. Each partition has its journal in
PostgreSQL: a task that Spark runs again, since its executor was lost or another attempt seemed slow, goes on where the
first was. The same command again goes on with the campaign, with as many partitions as before, and perhaps further
files after the others.

Afterwards the folder has the tables accepted, rejected and doubtful, in Parquet, and whole, of which they are made. The
last line that is printed is the report, as JSON. It numbers the contacts of each partition from 0; the tables say which
partition that is. A task holds the contacts of its partition in memory: more partitions take less.

needs Spark 4.1, `pip install airudder[postgres] pyspark[sql]` on all machines, and these environment variables; those
in brackets have a default:

    AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM   the workflow's template, and the platform of the contacts
    AIRUDDER_END_TIME                         when the workflows end, as 2099-12-01 18:00:00+08:00
    [AIRUDDER_CAMPAIGN]                       the campaign's name: campaign
    [LEASE, SETTLE]                           in seconds: 60 and 60

The executors, and they alone, need these. Your cluster has a way to hand out secrets; Spark's own, spark.executorEnv,
may show them on its pages:

    AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET     from AI Rudder
    DATABASE_URL                              where the journals are
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, lit, struct, udf

from airudder import Client, JournalConflict, Report, partition_of
from airudder.journals import PostgresJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import DataFrame

    from airudder import Detail

COLUMNS = ["callee", "caseid", "customer_name"]
WHY = ["code", "pointer", "message"]
TABLES = {"accepted": [], "rejected": WHY, "doubtful": []}
# What a task gives: each of its contacts, and at last its report, as the message of a row of its own.
INTEGERS, TEXTS = ["partition", "contact", "file"], ["state", *COLUMNS, *WHY]
GIVEN = pa.schema([(name, pa.int32()) for name in INTEGERS] + [(name, pa.string()) for name in TEXTS])
GIVEN_TO_SPARK = ", ".join([f"{name} int" for name in INTEGERS] + [f"{name} string" for name in TEXTS])


def contact(row: dict[str, Any], platform: str) -> Detail:
    """Make a contact of a row; one without a case id is known by its number."""
    variables = {"customer_name": row["customer_name"]}
    made: Detail = {"callee": row["callee"], "platform": platform, "variables": variables}
    if row["caseid"] is not None:
        made["caseid"] = row["caseid"]
    return made


def read(spark: SparkSession, files: list[str]) -> DataFrame:
    """Read all files; each row knows which of them it is from."""
    columns = [col(name).cast("string").alias(name) for name in COLUMNS]
    tables = [spark.read.parquet(name).select(lit(place).alias("file"), *columns) for place, name in enumerate(files)]
    return reduce(lambda one, other: one.union(other), tables)


def send(batches: list[pa.RecordBatch], settings: dict[str, Any], platform: str, lease: float) -> Report:
    """Send one partition; give its report."""
    while True:
        try:
            with Client.from_env(timeout=min(10, lease / 3)) as client:
                return client.campaigns.run(
                    contacts=(contact(row, platform) for batch in batches for row in batch.to_pylist()),
                    journal=PostgresJournal(os.environ["DATABASE_URL"], name=settings["name"], lease=lease),
                    **settings,
                )
        except JournalConflict:
            # Another attempt of this task is alive, perhaps on a machine that Spark has lost sight of. Come back when
            # it is over, or dead; an error would use up the attempts that Spark grants a task.
            time.sleep(lease)


def outcome(batches: list[pa.RecordBatch], report: Report, index: int) -> Iterator[pa.RecordBatch]:
    """Say of each contact what became of it: the report numbers them as they were read."""
    found = {one.contact: {"state": "doubtful"} for one in report.doubtful} | {
        one.contact: {"state": "rejected", "code": one.code, "pointer": one.pointer, "message": one.message}
        for one in report.rejected
    }
    number = 0
    for batch in batches:
        rows = batch.to_pylist()
        for row in rows:
            row |= {"contact": number, "state": "accepted"} | found.get(number, {})
            number += 1
        yield pa.RecordBatch.from_pylist(rows, GIVEN)
    if number != report.accepted + len(report.rejected) + len(report.doubtful):
        raise RuntimeError(f"Spark gave partition {index} contacts of others")
    last = {"partition": index, "state": "report", "message": json.dumps(report.to_dict())}
    yield pa.RecordBatch.from_pylist([last], GIVEN)


def task(
    count: int, settings: dict[str, Any], platform: str, lease: float
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Make what each task does: it holds its contacts, sends them, and gives what became of them."""

    def run(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        batches = [batch for batch in given if batch.num_rows]
        if not batches:
            return
        index = batches[0].column("partition")[0].as_py()
        report = send(batches, {**settings, "partition": (index, count)}, platform, lease)
        yield from outcome(batches, report, index)

    return run


def main() -> int:
    """Hand out the partitions, write what became of the contacts, and show the report."""
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    count, folder, files = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    platform, lease = os.environ["AIRUDDER_PLATFORM"], float(os.environ.get("LEASE", "60"))
    settings: dict[str, Any] = {
        "workflow_template_id": int(os.environ["AIRUDDER_TEMPLATE_ID"]),
        "name": os.environ.get("AIRUDDER_CAMPAIGN", "campaign"),
        "end_time": os.environ["AIRUDDER_END_TIME"],
        "settle": float(os.environ.get("SETTLE", "60")),
    }
    spark = SparkSession.builder.appName(settings["name"]).getOrCreate()
    partition = udf(lambda row: partition_of(contact(row.asDict(), platform), count), "int")
    contacts = read(spark, files).withColumn("partition", partition(struct(*COLUMNS)))
    # A task that is run again must read the same contacts in the same order. Spark fetches them in any, so they are
    # sorted by all that they have; file by file, so that those of a further file are new ones at the end.
    contacts = contacts.repartitionById(count, "partition").sortWithinPartitions("file", *COLUMNS)
    # Written once, and read from there: what Spark reckons again may come out otherwise, since a run looks those up
    # whom the last one left doubtful.
    whole = f"{folder}/whole"
    contacts.mapInArrow(task(count, settings, platform, lease), GIVEN_TO_SPARK).write.mode("overwrite").parquet(whole)
    given = spark.read.parquet(whole)
    for state, why in TABLES.items():
        table = given.where(col("state") == state).select("partition", "contact", "file", *COLUMNS, *why)
        table.write.mode("overwrite").parquet(f"{folder}/{state}")
    reports = given.where(col("state") == "report").select("message").collect()
    report = Report.merge(Report.from_dict(json.loads(row["message"])) for row in reports)
    spark.stop()
    print(json.dumps(report.to_dict()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
