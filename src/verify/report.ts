import { type Finding, isBad, type ObjectFinding } from "./findings.js";
import type { Output } from "./output.js";

const nouns: Readonly<Record<ObjectFinding["kind"], string>> = {
  digest: "Digest file",
  log: "Log file",
  signature: "Signature of query results",
  result: "Query result file",
};

export interface ReportOptions {
  readonly verbose: boolean;
  readonly json: boolean;
  readonly output: Output;
  /** Where progress is shown, if anybody looks. */
  readonly terminal?: NodeJS.WriteStream;
  /** How many objects there are, once that is known. */
  readonly total: () => number;
}

const progressEveryMs = 250;

/** Tells what was found, as text or as lines of JSON. @returns whether all is intact. */
export async function report(findings: AsyncIterable<Finding>, options: ReportOptions): Promise<boolean> {
  const { output, json, verbose } = options;
  const counts = new Map<ObjectFinding["kind"], { intact: number; bad: number }>();
  let seen = 0;
  let bad = 0;
  const show = progress(options, () => `${seen} of ${options.total()} objects, ${bad} not intact`);
  try {
    for await (const finding of findings) {
      const isIntact = "verdict" in finding && finding.verdict === "intact";
      if (isBad(finding)) bad++;
      if ("verdict" in finding) {
        seen++;
        const count = counts.get(finding.kind) ?? { intact: 0, bad: 0 };
        count[isIntact ? "intact" : "bad"]++;
        counts.set(finding.kind, count);
      }
      if (isIntact && !verbose) continue;
      show.clear();
      if (json) output.out(JSON.stringify({ ...finding, bad: isBad(finding) }));
      else if (isBad(finding)) output.error(textOf(finding));
      else output.out(textOf(finding));
    }
  } finally {
    show.end();
  }
  const vouched = (counts.get("digest")?.intact ?? 0) + (counts.get("signature")?.intact ?? 0) > 0;
  const holds = bad === 0 && vouched;
  if (json) {
    output.out(JSON.stringify({ kind: "summary", holds, bad, ...Object.fromEntries(counts) }));
    return holds;
  }
  for (const kind of ["digest", "log", "signature", "result"] as const) {
    const { intact, bad } = counts.get(kind) ?? { intact: 0, bad: 0 };
    if (intact + bad === 0 && kind !== "digest" && kind !== "log") continue;
    const word = kind === "digest" || kind === "log" ? `${kind} files` : `${nouns[kind].toLowerCase()}s`;
    output.out(`${intact}/${intact + bad} ${word} intact${bad > 0 ? `, ${bad} not` : ""}`);
  }
  if (!vouched) output.error("No intact digest was found: nothing vouches for these files.");
  return holds;
}

function textOf(finding: Finding): string {
  switch (finding.kind) {
    case "chain":
      return `Digests of ${finding.chain} cover the time between ${finding.from} and ${finding.until}.`;
    case "gap":
      return (
        `No digest of ${finding.chain} covers the time between ${finding.from} and ${finding.until}: ` +
        "logging or validation was off."
      );
    case "hole":
      return `Digests of ${finding.chain} between ${finding.from} and ${finding.until} are missing: ${finding.detail}.`;
    case "end":
      return `Digests of ${finding.chain} end at ${finding.at}: ${finding.detail}.`;
    case "note":
      return `Note\ts3://${finding.bucket}/${finding.key}\t${finding.detail}`;
    default: {
      const detail = finding.detail === undefined ? "" : ` (${finding.detail})`;
      return `${nouns[finding.kind]}\ts3://${finding.bucket}/${finding.key}\t${finding.verdict}${detail}`;
    }
  }
}

/** A line at a terminal that is written over. */
function progress({ terminal }: ReportOptions, text: () => string) {
  if (terminal?.isTTY !== true) return { clear: () => undefined, end: () => undefined };
  const clear = () => void terminal.write("\r\x1b[K");
  const timer = setInterval(() => terminal.write(`\r\x1b[K${text()}`), progressEveryMs);
  return {
    clear,
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
