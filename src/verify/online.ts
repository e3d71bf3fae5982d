import { CloudTrailClient, GetTrailStatusCommand, ListPublicKeysCommand } from "@aws-sdk/client-cloudtrail";
import { digestName } from "./names.js";
import { type KeySource, readPublicKeys } from "./public-keys.js";
import type { TrailWitness } from "./verify-bucket.js";

/** Keys are asked for around the times in the names of digests: a digest may be late, and a key older than it. */
const marginMs = 24 * 3_600_000;

/** The service that signed, asked by whoever the AWS SDK finds as caller. */
export function onlineService(endpoint: string | undefined) {
  const clients = new Map<string, CloudTrailClient>();
  const clientOf = (region: string): CloudTrailClient => {
    const client = clients.get(region) ?? new CloudTrailClient({ region, ...(endpoint !== undefined && { endpoint }) });
    clients.set(region, client);
    return client;
  };
  return {
    /** Public keys of every region and time that digests have. */
    async publicKeys(digestKeys: readonly string[]): Promise<KeySource> {
      const ranges = new Map<string, { fromMs: number; untilMs: number }>();
      for (const key of digestKeys) {
        const name = digestName(key);
        if (name === undefined) continue;
        const { fromMs, untilMs } = ranges.get(name.region) ?? { fromMs: name.timeMs, untilMs: name.timeMs };
        ranges.set(name.region, {
          fromMs: Math.min(fromMs, name.timeMs),
          untilMs: Math.max(untilMs, name.timeMs),
        });
      }
      const PublicKeyList: object[] = [];
      for (const [region, { fromMs, untilMs }] of ranges) {
        let NextToken: string | undefined;
        do {
          const page = await clientOf(region).send(
            new ListPublicKeysCommand({
              StartTime: new Date(fromMs - marginMs),
              EndTime: new Date(untilMs + marginMs),
              ...(NextToken !== undefined && { NextToken }),
            }),
          );
          for (const { Value, ...key } of page.PublicKeyList ?? [])
            PublicKeyList.push({ ...key, Value: Buffer.from(Value ?? []).toString("base64") });
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
      }
      return readPublicKeys(JSON.stringify({ PublicKeyList }));
    },

    /** What the service says of a trail; undefined if it does not say. */
    async witness(trailArn: string, region: string): Promise<TrailWitness | undefined> {
      try {
        const status = await clientOf(region).send(new GetTrailStatusCommand({ Name: trailArn }));
        return {
          isLogging: status.IsLogging === true,
          ...(status.StopLoggingTime && { stoppedMs: status.StopLoggingTime.getTime() }),
          ...(status.LatestDigestDeliveryTime && { latestDigestMs: status.LatestDigestDeliveryTime.getTime() }),
        };
      } catch {
        // A trail that was deleted, or that this caller may not ask about.
        return undefined;
      }
    },
  };
}
