import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ProofRefused, readVerifierKey, type SignedHead } from "./note.js";
import type { Output } from "./output.js";
import { type ProvenRecord, verifyGrowth, verifyProof } from "./proof-file.js";

/** Of a proof and a record: more is not one of ours. */
const fileBytesMax = 4 * 1024 * 1024;

export const verifyProofUsage = `dosimeter verify --proof <file> --key <key> [--record <file>]
dosimeter verify --checkpoints <older> <newer> --key <key>

Checks what \`dosimeter prove\` wrote, without any service.

  --proof        a proof that a record is in the tree
  --record       the record, where the proof is without it
  --checkpoints  two checkpoints; the newer one with its proof of growth
  --key          the key that signs checkpoints (name+id+key), or a file that has it
`;

/** @returns the exit status, or undefined if this is not what was asked for. */
export async function runVerifyProof(argv: readonly string[], output: Output): Promise<number | undefined> {
  if (!argv.some((argument) => /^--(proof|checkpoints)(=|$)/.test(argument))) return undefined;
  const options = parse(argv);
  if (options === undefined) {
    output.error(verifyProofUsage);
    return 2;
  }
  const { json } = options;
  try {
    const key = readVerifierKey(options.key.includes("+") ? options.key : await textOf(options.key));
    if (options.proof !== undefined) {
      const record = options.record === undefined ? undefined : recordIn(await textOf(options.record));
      const proven = verifyProof(await textOf(options.proof), key, record);
      output.out(json ? JSON.stringify(jsonOfProof(proven)) : textOfProof(proven));
    } else {
      const [older = "", newer = ""] = options.checkpoints;
      const heads = verifyGrowth(await textOf(older), await textOf(newer), key);
      output.out(json ? JSON.stringify(jsonOfGrowth(heads)) : textOfGrowth(heads));
    }
    return 0;
  } catch (reason) {
    const refused = reason instanceof ProofRefused;
    if (!refused && (reason as NodeJS.ErrnoException).code === undefined) throw reason;
    const { message } = reason as Error;
    if (json) output.out(JSON.stringify({ holds: false, reason: message }));
    else output.error(refused ? `Not proven: ${message}.` : message);
    return refused ? 1 : 2;
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        proof: { type: "string" },
        record: { type: "string" },
        checkpoints: { type: "string" },
        key: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const { proof, record, checkpoints: older, key, json } = values;
    if (key === undefined || (proof === undefined) === (older === undefined)) return undefined;
    if (positionals.length !== (older === undefined ? 0 : 1)) return undefined;
    return { proof, record, checkpoints: [older ?? "", ...positionals], key, json };
  } catch {
    return undefined;
  }
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (bytes.length > fileBytesMax) throw new ProofRefused(`${file} is larger than ${fileBytesMax} bytes`);
  return bytes.toString("utf8");
}

/** As it was delivered: without the line's end that an editor or a shell adds. */
function recordIn(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function textOfProof({ head, index, accountId, eventId, record }: ProvenRecord): string {
  const { eventName, eventTime } = (record === undefined ? {} : JSON.parse(record)) as Record<string, unknown>;
  const what = record === undefined ? "a record that is not in the proof" : `${eventName} at ${eventTime}`;
  return (
    `Event ${eventId} of account ${accountId}, ${what}, is leaf ${index}\n` +
    `of the first ${head.size} records of ${head.origin}.`
  );
}

function jsonOfProof({ head, index, accountId, eventId, recordSha256, record }: ProvenRecord) {
  return {
    holds: true,
    origin: head.origin,
    treeSize: Number(head.size),
    leafIndex: Number(index),
    accountId,
    eventId,
    recordSha256,
    record: record === undefined ? null : (JSON.parse(record) as unknown),
  };
}

interface Growth {
  readonly older: SignedHead;
  readonly newer: SignedHead;
}

function textOfGrowth({ older, newer }: Growth): string {
  return `${newer.origin} has grown from ${older.size} to ${newer.size} records, and nothing before was changed.`;
}

function jsonOfGrowth({ older, newer }: Growth) {
  return { holds: true, origin: newer.origin, oldSize: Number(older.size), newSize: Number(newer.size) };
}
