import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { XRayClient } from "@aws-sdk/client-xray";
import { CallRefused, extensionClient } from "./extension-client.js";

export const eraseUsage = `dosimeter erase (--trace <id> … | --annotation <key=value>) --reason <text>

Has traces erased before the end of their retention, and waits until it is done. The caller, whom the AWS SDK finds
(environment, profile ...), needs xray:StartTraceErasure and xray:GetTraceErasure.

  --trace       a trace id; may be given more than once
  --annotation  every trace with this value of this annotation, as text
  --reason      why; it stays in the record for good, so it should not say whom it is about
  --reference   the same for a ticket's number
  --dry-run     only count
  --no-wait     print the erasure's id and leave
  --endpoint    the service (default: AWS_ENDPOINT_URL)
  --region      whose traces (default: the caller's)

Exit status: 0 erased (or begun, or counted), 1 it failed or the service refused, 2 wrongly called.
`;

interface Output {
  out(line: string): void;
  error(line: string): void;
}

const consoleOutput: Output = { out: (line) => console.log(line), error: (line) => console.error(line) };

interface Erasure {
  readonly ErasureId: string;
  readonly Status: "SCHEDULED" | "RUNNING" | "COMPLETE" | "FAILED";
  readonly TraceCount?: number;
  readonly DocumentCount?: number;
  readonly Failure?: string;
}

const lookEveryMs = 500;

/** `dosimeter erase`. @returns the exit status. */
export async function runErase(argv: readonly string[], output: Output = consoleOutput): Promise<number> {
  const options = parse(argv);
  if (options === undefined) {
    output.error(eraseUsage);
    return 2;
  }
  const client = extensionClient(options.endpoint, options.region, XRayClient);
  try {
    const { ErasureId } = await client.call<{ ErasureId: string }>("StartTraceErasure", options.input);
    output.out(`erasure ${ErasureId}`);
    if (!options.wait) return 0;
    let erasure: Erasure;
    do {
      await sleep(lookEveryMs);
      erasure = await client.call<Erasure>("GetTraceErasure", { ErasureId });
    } while (erasure.Status === "SCHEDULED" || erasure.Status === "RUNNING");
    const { TraceCount = 0, DocumentCount = 0 } = erasure;
    if (erasure.Status === "FAILED") output.error(`failed: ${erasure.Failure}`);
    else
      output.out(
        `${options.input.DryRun ? "would erase" : "erased"} ${TraceCount} traces with ${DocumentCount} documents`,
      );
    return erasure.Status === "FAILED" ? 1 : 0;
  } catch (reason) {
    const { name, code, message } = reason as NodeJS.ErrnoException;
    output.error(reason instanceof CallRefused ? `${reason.code}: ${message}` : `${code ?? name}: ${message}`);
    return reason instanceof CallRefused ? 1 : 2;
  } finally {
    client.close();
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        trace: { type: "string", multiple: true },
        annotation: { type: "string" },
        reason: { type: "string" },
        reference: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        "no-wait": { type: "boolean", default: false },
        endpoint: { type: "string" },
        region: { type: "string" },
      },
    });
    const { trace, annotation, reason: Reason, reference: Reference } = values;
    const endpoint = values.endpoint ?? process.env["AWS_ENDPOINT_URL_XRAY"] ?? process.env["AWS_ENDPOINT_URL"];
    const [, Key, Value] = /^([^=]+)=(.+)$/s.exec(annotation ?? "") ?? [];
    if ((trace === undefined) === (Key === undefined) || (annotation !== undefined && Key === undefined))
      return undefined;
    if (Reason === undefined || endpoint === undefined || !URL.canParse(endpoint)) return undefined;
    const selected = trace === undefined ? { Annotation: { Key, Value } } : { TraceIds: trace };
    const input = { ...selected, Reason, ...(Reference !== undefined && { Reference }), DryRun: values["dry-run"] };
    return { input, endpoint, region: values.region, wait: !values["no-wait"] };
  } catch {
    return undefined;
  }
}
