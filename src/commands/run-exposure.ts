import { parseArgs } from "node:util";
import { XRayClient } from "@aws-sdk/client-xray";
import { askService, consoleOutput, endpointOf, type Output } from "./ask-service.js";
import type { ExtensionClient } from "./extension-client.js";

export const exposureUsage = `dosimeter exposure <what> [--from <time>] [--until <time>] [--json] [--endpoint <url>] [--region <region>]

Who has seen which trace. Asks the service as the caller the AWS SDK finds (environment, profile ...), who needs
xray:GetTraceExposure, xray:GetCallerExposure or xray:GetAnnotationExposure.

  --trace <id>              who has read this trace, how, and who was refused it
    --by-caller             a line for each caller instead of each call
    --of <arn>              only what this caller did
  --caller <arn>            which traces this user, root, role or session has read, and what it was refused
  --annotation <key=value>  who has seen a trace with this annotation, such as a customer's id

  --from, --until  times of reads (ISO 8601), the start in the range and the end not
  --limit          lines at most (default: 100; 0: all there are)
  --json           the answer of the service, all pages put together
  --endpoint       the service (default: AWS_ENDPOINT_URL)

Exit status: 0 answered, 1 the service refused, 2 wrongly called.
`;

/** Of all three operations. */
interface Answer {
  readonly TraceId?: string;
  readonly Caller?: string;
  readonly Key?: string;
  readonly Value?: string;
  readonly CompleteSince: number;
  readonly TracesSince?: number;
  readonly ReaderCount?: number;
  readonly CallerCount?: number;
  readonly TraceCount?: number;
  readonly CallCount?: number;
  readonly ReadCount?: number;
  readonly RefusalCount?: number;
  readonly RefusedCallCount?: number;
  readonly FirstReadTime?: number;
  readonly LastReadTime?: number;
  readonly Accesses?: readonly Access[];
  readonly Callers?: readonly (Sum & { readonly Caller: string; readonly TraceCount: number })[];
  readonly Traces?: readonly (Sum & { readonly TraceId: string })[];
  readonly Refusals?: readonly (Access & { readonly TraceIds: readonly string[] })[];
  readonly NextToken?: string;
}

interface Sum {
  readonly Kinds: readonly string[];
  readonly ReadCount: number;
  readonly RefusalCount: number;
  readonly FirstReadTime?: number;
  readonly LastReadTime?: number;
}

interface Access {
  readonly Time: number;
  readonly Caller: string;
  readonly Operation: string;
  readonly Kind: string;
  readonly ErrorCode?: string;
  readonly Request: unknown;
}

const pageMax = 1000;
const lists = ["Accesses", "Callers", "Traces"] as const;

/** `dosimeter exposure`. @returns the exit status. */
export async function runExposure(argv: readonly string[], output: Output = consoleOutput): Promise<number> {
  return askService(
    { usage: exposureUsage, options: parse(argv), Client: XRayClient, output },
    async (client, options) => {
      const answer = await allPages(client, options);
      if (options.json) output.out(JSON.stringify(answer, null, 2));
      else for (const line of report(answer)) output.out(line);
      return 0;
    },
  );
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        trace: { type: "string" },
        "by-caller": { type: "boolean" },
        of: { type: "string" },
        caller: { type: "string" },
        annotation: { type: "string" },
        from: { type: "string" },
        until: { type: "string" },
        limit: { type: "string", default: "100" },
        json: { type: "boolean", default: false },
        endpoint: { type: "string" },
        region: { type: "string" },
      },
    });
    const endpoint = endpointOf(values.endpoint, "XRAY");
    const question = questionOf(values);
    const limit = Number(values.limit);
    if (question === undefined || endpoint === undefined) return undefined;
    if (!Number.isSafeInteger(limit) || limit < 0) return undefined;
    const times = { ...timeOf("StartTime", values.from), ...timeOf("EndTime", values.until) };
    const { region, json } = values;
    return { endpoint, region, json, limit: limit || Number.POSITIVE_INFINITY, ...question, times };
  } catch {
    return undefined;
  }
}

type Options = NonNullable<ReturnType<typeof parse>>;

function questionOf(values: {
  readonly trace?: string;
  readonly "by-caller"?: boolean;
  readonly of?: string;
  readonly caller?: string;
  readonly annotation?: string;
}): { readonly operation: string; readonly input: object } | undefined {
  const { trace, caller, annotation, of, "by-caller": byCaller } = values;
  if ([trace, caller, annotation].filter((value) => value !== undefined).length !== 1) return undefined;
  if (trace !== undefined) {
    const input = { TraceId: trace, ...(byCaller && { GroupBy: "CALLER" }), ...(of !== undefined && { Caller: of }) };
    return { operation: "GetTraceExposure", input };
  }
  if (byCaller !== undefined || of !== undefined) return undefined;
  if (caller !== undefined) return { operation: "GetCallerExposure", input: { Caller: caller } };
  const [, Key, Value] = /^([^=]+)=(.*)$/s.exec(annotation!) ?? [];
  return Key === undefined ? undefined : { operation: "GetAnnotationExposure", input: { Key, Value } };
}

/** @throws Error for what is no time. */
function timeOf(member: string, text: string | undefined): object {
  return text === undefined ? {} : { [member]: new Date(new Date(text).toISOString()).getTime() / 1000 };
}

/** The first page, with what the others list added to it. */
async function allPages(client: ExtensionClient, { operation, input, times, limit }: Options): Promise<Answer> {
  let whole: Answer | undefined;
  let listed = 0;
  let NextToken: string | undefined;
  do {
    const MaxResults = Math.min(pageMax, limit - listed);
    const page = await client.call<Answer>(operation, { ...input, ...times, MaxResults, NextToken });
    listed += rowsOf(page).length;
    NextToken = page.NextToken;
    whole = whole === undefined ? page : joined(whole, page);
  } while (NextToken !== undefined && listed < limit);
  return whole;
}

function joined(whole: Answer, page: Answer): Answer {
  const more = lists.flatMap((list) => (whole[list] ? [[list, [...whole[list], ...(page[list] ?? [])]]] : []));
  const { NextToken: _, ...rest } = whole;
  return { ...rest, ...Object.fromEntries(more), ...(page.NextToken !== undefined && { NextToken: page.NextToken }) };
}

function rowsOf(answer: Answer): readonly unknown[] {
  return lists.flatMap((list): readonly unknown[] => answer[list] ?? []);
}

function* report(answer: Answer): Generator<string> {
  yield headOf(answer);
  yield `complete since ${iso(answer.CompleteSince)}`;
  if (answer.TracesSince !== undefined)
    yield `traces received before ${iso(answer.TracesSince)} are not found by their annotations any more`;
  yield "";
  for (const access of answer.Accesses ?? []) yield accessLine(access);
  for (const { Caller, TraceCount, ...sum } of answer.Callers ?? [])
    yield `${Caller}  ${count(TraceCount, "trace")}, ${sumText(sum)}`;
  for (const { TraceId, ...sum } of answer.Traces ?? []) yield `${TraceId}  ${sumText(sum)}`;
  const refusals = answer.Refusals ?? [];
  if (refusals.length > 0) yield "";
  for (const refusal of refusals)
    yield `${accessLine(refusal)}${refusal.TraceIds.length === 0 ? "  (named no trace)" : ""}`;
  const hidden = (answer.RefusedCallCount ?? 0) - refusals.length;
  if (answer.Refusals !== undefined && hidden > 0) yield `and ${count(hidden, "earlier refusal")}`;
  if (answer.NextToken !== undefined) yield "There is more: --limit 0 shows all.";
}

function headOf(answer: Answer): string {
  const { TraceId, Caller, Key, Value, TraceCount = 0, CallCount = 0, RefusedCallCount = 0 } = answer;
  const { ReadCount = 0, RefusalCount = 0, ReaderCount = 0, CallerCount = 0 } = answer;
  const times = timesText(answer);
  if (TraceId !== undefined)
    return `Trace ${TraceId}: read ${count(ReadCount, "time")} by ${count(ReaderCount, "caller")}${times}, refused ${count(RefusalCount, "time")}`;
  if (Key !== undefined)
    return `Traces with ${Key} = ${Value}: ${count(TraceCount, "trace")} seen by ${count(CallerCount, "caller")}${times}, refused ${count(RefusalCount, "time")}`;
  return `${Caller}: has read ${count(TraceCount, "trace")} in ${count(CallCount, "call")}${times}, was refused ${count(RefusedCallCount, "call")}`;
}

function accessLine({ Time, Caller, Operation, Kind, ErrorCode, Request }: Access): string {
  const outcome = ErrorCode === undefined ? "read" : `REFUSED (${ErrorCode})`;
  return `${iso(Time)}  ${outcome}  ${Kind.toLowerCase()}  ${Caller}  ${Operation} ${JSON.stringify(Request)}`;
}

function sumText(sum: Sum): string {
  const kinds = sum.Kinds.length > 0 ? ` (${sum.Kinds.join(", ").toLowerCase()})` : "";
  const refused = sum.RefusalCount > 0 ? `, REFUSED ${count(sum.RefusalCount, "time")}` : "";
  return `read ${count(sum.ReadCount, "time")}${kinds}${timesText(sum)}${refused}`;
}

function timesText({ FirstReadTime, LastReadTime }: Partial<Sum>): string {
  if (FirstReadTime === undefined || LastReadTime === undefined) return "";
  return FirstReadTime === LastReadTime
    ? ` at ${iso(FirstReadTime)}`
    : ` from ${iso(FirstReadTime)} to ${iso(LastReadTime)}`;
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
