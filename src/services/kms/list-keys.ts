import type { ListKeysCommandInput, ListKeysResponse } from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { isDestroyed, keyArn } from "./keys.js";
import { pageOf } from "./pages.js";

export const listKeys = (deps: KmsDeps) =>
  operation<ListKeysCommandInput, ListKeysResponse>({
    name: "ListKeys",
    readOnly: true,
    event: management,
    access: () => [{ action: "kms:ListKeys", resource: "*" }],
    async execute(input, call) {
      const rows = await deps.settings.read
        .selectFrom("kms_keys")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .execute();
      const living = rows.filter((row) => !isDestroyed(row, call.nowMs));
      const { items, ...paging } = pageOf(living, (row) => row.key_id, input, { limitMax: 1000 });
      return { Keys: items.map((row) => ({ KeyId: row.key_id, KeyArn: keyArn(row) })), ...paging };
    },
  });
