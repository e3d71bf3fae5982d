import { folderOf, type LogFile, LogFileWriter } from "../audit/log-file.js";
import type { EventRow, EventStore } from "../storage/event-store.js";

/** A delivery ends with the commit in which it reaches this: bounds what one delivery holds, reads again and sends. */
const deliveryBytesMax = 64 * 1024 * 1024;

/** A delivery that selects little still ends after so many events, so that its checkpoint moves. */
const deliveryEventsReadMax = 500_000;

export interface CommitRange {
  readonly streamId: string;
  readonly afterCommit: number;
  readonly untilCommit: number;
  readonly accountId: string;
}

export interface Collected {
  /** The last commit of which all selected events are in the files. */
  readonly untilCommit: number;
  readonly files: readonly LogFile[];
}

/**
 * Makes the log files of a range of commits: one account, a file a region and folder, more where one would exceed
 * 50 MB. The same
 * range and selection make the same files. Holds compressed bytes only.
 *
 * @param bounded false for a range that was decided before, which must be collected whole.
 */
export async function collectFiles(
  events: EventStore,
  range: CommitRange,
  selects: (event: EventRow) => boolean,
  bounded: boolean,
): Promise<Collected> {
  const open = new Map<string, LogFileWriter>();
  const files: LogFile[] = [];
  let bytes = 0;
  let read = 0;
  let commit = range.afterCommit;
  let untilCommit = range.untilCommit;

  reading: for await (const batch of events.readCommits(range.streamId, range)) {
    for (const event of batch) {
      if (event.commit !== commit) {
        if (bounded && (bytes >= deliveryBytesMax || read >= deliveryEventsReadMax)) {
          untilCommit = commit;
          break reading;
        }
        commit = event.commit;
      }
      read++;
      if (!selects(event)) continue;
      const recordBytes = Buffer.byteLength(event.record) + 1;
      bytes += recordBytes;
      const folder = folderOf(event.category);
      const place = `${folder} ${event.region}`;
      let writer = open.get(place) ?? new LogFileWriter(event.region, folder, 0);
      if (!writer.hasRoomFor(recordBytes)) {
        files.push(await writer.finish());
        writer = new LogFileWriter(event.region, folder, writer.part + 1);
      }
      open.set(place, writer);
      await writer.add(event.record, event.eventTimeMs);
    }
  }
  for (const writer of open.values()) files.push(await writer.finish());
  return { untilCommit, files };
}
