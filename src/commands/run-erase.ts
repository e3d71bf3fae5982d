import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { XRayClient } from "@aws-sdk/client-xray";
import { askService, consoleOutput, endpointOf, type Output } from "./ask-service.js";

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
  return askService(
    { usage: eraseUsage, options: parse(argv), Client: XRayClient, output },
    async (client, options) => {
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
    },
  );
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
    const endpoint = endpointOf(values.endpoint, "XRAY");
    const [, Key, Value] = /^([^=]+)=(.+)$/s.exec(annotation ?? "") ?? [];
    if ((trace === undefined) === (Key === undefined) || (annotation !== undefined && Key === undefined))
      return undefined;
    if (Reason === undefined || endpoint === undefined) return undefined;
    const selected = trace === undefined ? { Annotation: { Key, Value } } : { TraceIds: trace };
    const input = { ...selected, Reason, ...(Reference !== undefined && { Reference }), DryRun: values["dry-run"] };
    return { input, endpoint, region: values.region, wait: !values["no-wait"] };
  } catch {
    return undefined;
  }
}
