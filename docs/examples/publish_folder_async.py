"""Publish a folder: upload every *.md in it, have posts generated, and schedule the best post of each text.

Stopped at any point and started again, it goes on where it was: nothing is uploaded or scheduled twice.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import Progress
from tenacity import retry, retry_if_exception, stop_after_attempt

from pandocast_sdk import AsyncPandocast, BadRequestError, ContentFailedError, PandocastError, UploadJournal


def may_be_done(error: BaseException) -> bool:
    """Return whether a write may have been carried out all the same, or just now that of an earlier run."""
    return isinstance(error, BadRequestError) or (isinstance(error, PandocastError) and error.outcome_unknown)


@retry(retry=retry_if_exception(may_be_done), stop=stop_after_attempt(3), reraise=True)
async def publish(
    client: AsyncPandocast, journal: UploadJournal, platforms: list[str], file: Path, at: datetime
) -> None:
    """Take one file from where it stands to a scheduled post."""
    title = f"{file.parent.name}/{file.name}"  # unique: an upload whose response is lost is found by it
    api = client.content
    content = await api.upload_once(journal, title=title, content_type="blog_post", raw_content=file)
    if journal.is_finished(title):
        return
    try:
        if (await api.wait_until_analyzed(content.id)).status == "analyzed":
            await api.generate(content.id, selected_platforms=platforms)
        outputs = (await api.wait_until_generated(content.id)).items
    except ContentFailedError:
        journal.forget(title)  # it stays failed: the next run uploads the text anew
        raise
    if all(output.status in {"draft", "approved"} for output in outputs):  # none was scheduled before
        best = max(outputs, key=lambda output: output.voice_match_score)
        await api.schedule(content.id, output_id=best.id, scheduled_at=at)
    journal.finish(title)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder; uploads.jsonl in it keeps what was done")
    parser.add_argument("--platforms", nargs="+", default=["twitter_single", "linkedin_post"], metavar="ID")
    parser.add_argument("--every", type=float, default=24, metavar="HOURS", help="between posts (24)")
    parser.add_argument("--concurrency", type=int, default=30, metavar="N", help="files at a time (30)")
    options = parser.parse_args()
    files = sorted(options.folder.resolve().glob("*.md"))
    if not files:
        parser.error(f"there is no folder {options.folder} with *.md files in it")
    scheduled, waiting, now = list[Path](), enumerate(files, 1), datetime.now(UTC)

    async def work() -> None:
        for number, file in waiting:
            at = now + timedelta(hours=options.every * number)
            try:
                await publish(client, journal, options.platforms, file, at)
                scheduled.append(file)
            except (OSError, ValueError, PandocastError) as error:
                print(f"{file.name}: {error}", file=sys.stderr)
            progress.advance(bar)

    try:
        with UploadJournal(files[0].with_name("uploads.jsonl")) as journal, Progress() as progress:
            async with AsyncPandocast() as client:
                bar = progress.add_task("Publishing", total=len(files))
                await asyncio.gather(*(work() for _ in range(options.concurrency)))
    except (OSError, ValueError, PandocastError) as error:
        parser.error(str(error))
    print(f"{len(scheduled)} of {len(files)} files are scheduled")
    return 0 if len(scheduled) == len(files) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
