import { expect, it } from "vitest";
import type { Service } from "../../operation.js";
import { accountId, openTestAccount, region } from "../../test-account.fixture.js";
import type { XrayDeps } from "../deps.js";
import { listTraceErasures } from "./list-trace-erasures.js";

it("lists each erasure once, also those that were asked for in one millisecond and are on two pages", async () => {
  const account = await openTestAccount();
  const service = { operations: [listTraceErasures(account as unknown as XrayDeps)] } as unknown as Service;
  const nowMs = account.environment.clock.nowMs();
  const ids = ["a", "b", "c", "d", "e"];
  await account.settings.transact(async (tx) => {
    for (const [index, erasure_id] of ids.entries())
      await tx
        .insertInto("xray_erasures")
        .values({
          ...{ erasure_id, account_id: accountId, region, status: "COMPLETE", dry_run: 0, reason: "", reference: "" },
          ...{ requested_by: "", created_ms: nowMs - (index === 0 ? 0 : 1), annotation_key: "", value_hash: "" },
          ...{ begun_ms: 0, matched_ms: 0, erased_ms: 0, ended_ms: 0, erased_store_s: 0, purged_ms: 0 },
          ...{ trace_count: 0, document_count: 0, ids_sha256: "", failure: "" },
        })
        .execute();
  });
  const list = (input: object) => account.run(service, "ListTraceErasures", input);
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await list({ MaxResults: 2, NextToken });
    seen.push(...page.Erasures.map(({ ErasureId }: { ErasureId: string }) => ErasureId));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  expect(seen).toEqual(ids);
  expect((await list({ StartTime: nowMs / 1000 })).Erasures).toHaveLength(1);
  for (const wrong of [{ NextToken: "x" }, { MaxResults: 0 }, { StartTime: "now" }])
    await expect(list(wrong)).rejects.toMatchObject({ name: "InvalidRequestException" });
  await account.close();
});
