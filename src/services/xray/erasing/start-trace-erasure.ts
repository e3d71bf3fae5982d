import { management } from "../../../audit/event.js";
import { hidden } from "../../../audit/parameters.js";
import { nameOf } from "../../../identity/policy/evaluate.js";
import { erasureContext } from "../../../identity/sealed-columns.js";
import type { Selector } from "../../../tracing/erasures.js";
import { toTraceId } from "../../../tracing/trace-id.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { ensureKey, readHash, readMasker } from "../masking/stored-rules.js";
import { accessToAll } from "../trace-event.js";

const traceIdsMax = 1000;
const textLengthMax = 1000;
/** That have not ended, of an account and region. */
const waitingMax = 100;

interface Input {
  readonly TraceIds?: unknown;
  readonly Annotation?: unknown;
  readonly Reason?: unknown;
  readonly Reference?: unknown;
  readonly DryRun?: unknown;
}

/** Extension of ours: has traces erased, by their ids or by an annotation, or only counts what would be. */
export const startTraceErasure = (deps: XrayDeps) =>
  operation<Input, { ErasureId: string }>({
    name: "StartTraceErasure",
    readOnly: false,
    event: management,
    access: accessToAll("StartTraceErasure"),

    /** The record cannot be erased, so it does not say whom an erasure is about: its end has a keyed hash. */
    recordedRequest: ({ TraceIds, Annotation, Reason, Reference, DryRun }) => ({
      traceIds: TraceIds,
      annotation:
        typeof Annotation === "object" && Annotation !== null
          ? { key: (Annotation as { Key?: unknown }).Key, value: hidden }
          : undefined,
      reason: Reason,
      reference: Reference,
      dryRun: DryRun,
    }),
    recordedResponse: ({ ErasureId }) => ({ erasureId: ErasureId }),

    async execute(input, call) {
      const asked = checked(input);
      const erasureId = deps.environment.ids.uuid();
      // The first erasure of an account makes its key, which is what the hash in the record is made with.
      return call.commit(async (tx) => {
        await ensureKey(tx, deps, call.accountId, call.nowMs);
        const { count } = await tx
          .selectFrom("xray_erasures")
          .select((select) => select.fn.countAll<number>().as("count"))
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("status", "in", ["SCHEDULED", "RUNNING"])
          .executeTakeFirstOrThrow();
        if (Number(count) >= waitingMax)
          throw invalidRequest(`${waitingMax} erasures have not ended yet, as many as an account may have in a region`);
        const valuesOf = async (value: string | number | boolean) => {
          const masked = (await readMasker(tx, deps.vault, call))?.annotation(asked.annotation!.key, String(value));
          return masked === undefined || masked === value ? [value] : [value, masked];
        };
        const selector: Selector =
          asked.annotation === undefined
            ? { traceIds: asked.traceIds }
            : { key: asked.annotation.key, values: await valuesOf(asked.annotation.value) };
        const hash = await readHash(tx, deps.vault, call.accountId);
        await tx
          .insertInto("xray_erasures")
          .values({
            erasure_id: erasureId,
            account_id: call.accountId,
            region: call.region,
            status: "SCHEDULED",
            dry_run: asked.dryRun ? 1 : 0,
            reason: asked.reason,
            reference: asked.reference,
            requested_by: nameOf(call.caller),
            created_ms: call.nowMs,
            annotation_key: asked.annotation?.key ?? "",
            value_hash: asked.annotation === undefined ? "" : hash(String(asked.annotation.value)),
            begun_ms: 0,
            matched_ms: 0,
            erased_ms: 0,
            ended_ms: 0,
            erased_store_s: 0,
            purged_ms: 0,
            trace_count: 0,
            document_count: 0,
            ids_sha256: "",
            failure: "",
          })
          .execute();
        const sealed = deps.vault.seal(Buffer.from(JSON.stringify(selector)), erasureContext(erasureId));
        await tx.insertInto("xray_erasure_selectors").values({ erasure_id: erasureId, sealed }).execute();
        return { ErasureId: erasureId };
      });
    },
  });

const members: readonly string[] = ["TraceIds", "Annotation", "Reason", "Reference", "DryRun"];

function checked(input: Input) {
  const unknown = Object.keys(input).find((member) => !members.includes(member));
  // With `DryRun` spelled wrongly it would erase.
  if (unknown !== undefined) throw invalidRequest(`An erasure has no member ${unknown.slice(0, 100)}`);
  const { TraceIds, Annotation, Reason, Reference, DryRun } = input;
  if ((TraceIds === undefined) === (Annotation === undefined))
    throw invalidRequest("Either TraceIds or Annotation must be given");
  if (!isText(Reason)) throw invalidRequest(`Reason must be a text of 1 to ${textLengthMax} characters`);
  if (Reference !== undefined && !isText(Reference))
    throw invalidRequest(`Reference must be a text of 1 to ${textLengthMax} characters`);
  if (DryRun !== undefined && typeof DryRun !== "boolean") throw invalidRequest("DryRun must be true or false");
  return {
    traceIds: TraceIds === undefined ? [] : traceIdsOf(TraceIds),
    annotation: Annotation === undefined ? undefined : annotationOf(Annotation),
    reason: Reason,
    reference: Reference ?? "",
    dryRun: DryRun === true,
  };
}

function traceIdsOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > traceIdsMax)
    throw invalidRequest(`TraceIds must be a list of 1 to ${traceIdsMax} trace ids`);
  const ids = value.map((id) => (typeof id === "string" ? toTraceId(id) : undefined));
  if (ids.includes(undefined)) throw invalidRequest("TraceIds holds what is no trace id");
  return [...new Set(ids as string[])];
}

function annotationOf(value: unknown): { key: string; value: string | number | boolean } {
  const { Key, Value } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (!isText(Key)) throw invalidRequest(`Annotation.Key must be a text of 1 to ${textLengthMax} characters`);
  if (!isText(Value) && typeof Value !== "number" && typeof Value !== "boolean")
    throw invalidRequest(`Annotation.Value must be a text of 1 to ${textLengthMax} characters, a number or a boolean`);
  return { key: Key, value: Value };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= textLengthMax;
}
