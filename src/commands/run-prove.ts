import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { askService, consoleOutput, endpointOf, type Output } from "./ask-service.js";
import { CallRefused, type ExtensionClient } from "./extension-client.js";

export const proveUsage = `dosimeter prove <what> [--out <file>] [--endpoint <url>] [--region <region>]

Asks the service for proofs, as the caller the AWS SDK finds (environment, profile ...). \`dosimeter verify\` checks them.

  --event-id <id>      that this record is in the tree of all records; the record is in the proof
  --leaf-index <n>     the same, by the record's place in the tree
  --without-record     leave the record out of the proof
  --since <file>       that the tree has only grown since the checkpoint in this file
  --checkpoint         the newest signed head of the tree
  --key                the key that signs them: keep it where the service cannot change it

  --out       where to write it (default: standard output)
  --endpoint  the service (default: AWS_ENDPOINT_URL)
  --wait      seconds to wait for a checkpoint that holds the record (default: 60)

Exit status: 0 written, 1 the service refused, 2 wrongly called.
`;

/** Proofs are texts that end with a line feed of their own. */
const asItIs: Output = { ...consoleOutput, out: (text) => void process.stdout.write(text) };

interface InclusionAnswer {
  readonly LeafIndex: number;
  readonly LeafData: string;
  readonly Path: readonly string[];
  readonly Checkpoint: string;
  readonly Record?: string | null;
}

interface GrowthAnswer {
  readonly FromSize: number;
  readonly Path: readonly string[];
  readonly Checkpoint: string;
}

const retryMs = 500;

/** `dosimeter prove`. @returns the exit status. */
export async function runProve(argv: readonly string[], output: Output = asItIs): Promise<number> {
  return askService({ usage: proveUsage, options: parse(argv), output }, async (client, options) => {
    const text = await textOf(client, options);
    if (options.out === undefined) output.out(text);
    else await writeFile(options.out, text);
    return 0;
  });
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        "event-id": { type: "string" },
        "leaf-index": { type: "string" },
        "without-record": { type: "boolean", default: false },
        since: { type: "string" },
        checkpoint: { type: "boolean" },
        key: { type: "boolean" },
        out: { type: "string" },
        endpoint: { type: "string" },
        region: { type: "string" },
        wait: { type: "string", default: "60" },
      },
    });
    const { "event-id": eventId, "leaf-index": leafIndex, since, checkpoint, key, ...rest } = values;
    const asked = [eventId, leafIndex, since, checkpoint, key].filter((value) => value !== undefined);
    const endpoint = endpointOf(values.endpoint, "CLOUDTRAIL");
    const waitMs = Number(values.wait) * 1000;
    if (asked.length !== 1 || endpoint === undefined || !(waitMs >= 0)) return undefined;
    return { eventId, leafIndex, since, checkpoint, key, ...rest, endpoint, waitMs };
  } catch {
    return undefined;
  }
}

type Options = NonNullable<ReturnType<typeof parse>>;

async function textOf(client: ExtensionClient, options: Options): Promise<string> {
  if (options.key) return `${(await client.call<{ VerifierKey: string }>("GetTransparencyKey", {})).VerifierKey}\n`;
  if (options.checkpoint)
    return (await client.call<{ Checkpoint: string }>("GetTransparencyCheckpoint", {})).Checkpoint;
  if (options.since !== undefined) {
    const FromSize = sizeOf(await readFile(options.since, "utf8"));
    const growth = await client.call<GrowthAnswer>("GetConsistencyProof", { FromSize });
    return `${[`old ${growth.FromSize}`, ...growth.Path].join("\n")}\n\n${growth.Checkpoint}`;
  }
  const proof = await waited(options.waitMs, () =>
    client.call<InclusionAnswer>("GetInclusionProof", {
      ...(options.eventId !== undefined ? { EventId: options.eventId } : { LeafIndex: Number(options.leafIndex) }),
      IncludeRecord: !options["without-record"],
    }),
  );
  const extra = Buffer.from(`${proof.LeafData}${proof.Record ?? ""}`).toString("base64");
  const lines = ["c2sp.org/tlog-proof@v1", `extra ${extra}`, `index ${proof.LeafIndex}`, ...proof.Path];
  return `${lines.join("\n")}\n\n${proof.Checkpoint}`;
}

/** A record gets its place and its checkpoint some seconds after it was made. */
async function waited<Result>(waitMs: number, ask: () => Promise<Result>): Promise<Result> {
  for (let leftMs = waitMs; ; leftMs -= retryMs) {
    try {
      return await ask();
    } catch (reason) {
      if (!(reason instanceof CallRefused) || reason.code !== "ResourceNotFoundException" || leftMs <= 0) throw reason;
      await sleep(retryMs);
    }
  }
}

/** The size in a checkpoint, or in a proof of growth, which ends with one. */
function sizeOf(text: string): number {
  const checkpoint = text.startsWith("old ") ? text.slice(text.indexOf("\n\n") + 2) : text;
  return Number(checkpoint.split("\n")[1]);
}
