"""Publish a folder: upload every *.md in it, have posts generated, and schedule the best post of each text.

Stopped at any point and started again, it goes on where it was: nothing is uploaded or scheduled twice.
"""

import argparse
import sys
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import track
from tenacity import retry, retry_if_exception, stop_after_attempt

from pandocast_sdk import BadRequestError, ContentFailedError, Pandocast, PandocastError, UploadJournal


def may_be_done(error: BaseException) -> bool:
    """Return whether a write may have been carried out all the same, or just now that of an earlier run."""
    return isinstance(error, BadRequestError) or (isinstance(error, PandocastError) and error.outcome_unknown)


@retry(retry=retry_if_exception(may_be_done), stop=stop_after_attempt(3), reraise=True)
def publish(
    client: Pandocast, journal: UploadJournal, platforms: list[str], file: Path, at: datetime
) -> None:
    """Take one file from where it stands to a scheduled post."""
    title = f"{file.parent.name}/{file.name}"  # unique: an upload whose response is lost is found by it
    content = client.content.upload_once(journal, title=title, content_type="blog_post", raw_content=file)
    if journal.is_finished(title):
        return
    try:
        if client.content.wait_until_analyzed(content.id).status == "analyzed":
            client.content.generate(content.id, selected_platforms=platforms)
        outputs = client.content.wait_until_generated(content.id).items
    except ContentFailedError:
        journal.forget(title)  # it stays failed: the next run uploads the text anew
        raise
    if all(output.status in {"draft", "approved"} for output in outputs):  # none was scheduled before
        best = max(outputs, key=lambda output: output.voice_match_score)
        client.content.schedule(content.id, output_id=best.id, scheduled_at=at)
    journal.finish(title)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder; uploads.jsonl in it keeps what was done")
    parser.add_argument("--platforms", nargs="+", default=["twitter_single", "linkedin_post"], metavar="ID")
    parser.add_argument("--every", type=float, default=24, metavar="HOURS", help="between posts (24)")
    parser.add_argument("--concurrency", type=int, default=30, metavar="N", help="files at a time (30)")
    options = parser.parse_args()
    files = sorted(options.folder.resolve().glob("*.md"))
    if not files:
        parser.error(f"there is no folder {options.folder} with *.md files in it")
    futures, scheduled, now = dict[Future[None], Path](), 0, datetime.now(UTC)
    try:
        with UploadJournal(files[0].with_name("uploads.jsonl")) as journal, Pandocast() as client:
            pool = ThreadPoolExecutor(options.concurrency)
            for number, file in enumerate(files, 1):
                at = now + timedelta(hours=options.every * number)
                futures[pool.submit(publish, client, journal, options.platforms, file, at)] = file
            try:
                for future in track(as_completed(futures), "Publishing", len(files)):
                    error = future.exception()
                    scheduled += error is None
                    if error is not None:
                        print(f"{futures[future].name}: {error}", file=sys.stderr)
            finally:
                pool.shutdown(cancel_futures=True)
    except (OSError, ValueError, PandocastError) as error:
        parser.error(str(error))
    print(f"{scheduled} of {len(files)} files are scheduled")
    return 0 if scheduled == len(files) else 1


if __name__ == "__main__":
    sys.exit(main())
