import type { Selectable } from "kysely";
import type { Scope } from "../storage/scope.js";
import type { XrayErasureTables } from "../storage/settings/tables/xray-erasures.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";

export type ErasureRow = Selectable<XrayErasureTables["xray_erasures"]>;

/** What to erase. Sealed while the job runs, and gone when it has ended: it may say whom it is about. */
export type Selector =
  | { readonly traceIds: readonly string[] }
  /** Any of the values: as it was given, and as it is masked. */
  | { readonly key: string; readonly values: readonly (string | number | boolean)[] };

/** Ids travel in a statement's parameters. */
const idsAtOnce = 500;

/** Whether anything of the account and region was erased lately, so that what comes has to be looked at. */
export async function hasErasedTraces(queries: SettingsQueries, { accountId, region }: Scope): Promise<boolean> {
  const row = await queries
    .selectFrom("xray_erased_traces")
    .select("trace_id")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of the traces that were erased. */
export async function erasedAmong(
  queries: SettingsQueries,
  { accountId, region }: Scope,
  traceIds: readonly string[],
): Promise<Set<string>> {
  const erased = new Set<string>();
  for (let start = 0; start < traceIds.length; start += idsAtOnce) {
    const rows = await queries
      .selectFrom("xray_erased_traces")
      .select("trace_id")
      .where("account_id", "=", accountId)
      .where("region", "=", region)
      .where("trace_id", "in", traceIds.slice(start, start + idsAtOnce))
      .execute();
    for (const row of rows) erased.add(row.trace_id);
  }
  return erased;
}

/** From now on what is received of the traces is refused. */
export async function refuseTraces(
  tx: SettingsTransaction,
  erasure: Pick<ErasureRow, "erasure_id" | "account_id" | "region">,
  traceIds: readonly string[],
  nowMs: number,
): Promise<void> {
  const { erasure_id, account_id, region } = erasure;
  for (let start = 0; start < traceIds.length; start += idsAtOnce)
    await tx
      .insertInto("xray_erased_traces")
      .values(
        traceIds
          .slice(start, start + idsAtOnce)
          .map((trace_id) => ({ account_id, region, trace_id, erasure_id, erased_ms: nowMs })),
      )
      .onConflict((conflict) =>
        conflict.columns(["account_id", "region", "trace_id"]).doUpdateSet((set) => ({
          erasure_id: set.ref("excluded.erasure_id"),
          erased_ms: set.ref("excluded.erased_ms"),
        })),
      )
      .execute();
}
