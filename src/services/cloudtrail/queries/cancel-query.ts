import type { CancelQueryCommandInput, CancelQueryResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { queryAccess, requireQuery } from "./find-query.js";
import { checkQueryInput, storeResources } from "./query-input.js";

/** Cancelled at once for everybody who asks; the process that runs it ends it in the engine a moment later. */
export const cancelQuery = (deps: CloudTrailDeps) =>
  operation<CancelQueryCommandInput, CancelQueryResponse>({
    name: "CancelQuery",
    readOnly: false,
    event: management,
    access: (input, call) => queryAccess(deps, "CancelQuery", input, call),

    async execute(input, call) {
      checkQueryInput(input, call);
      const { EventDataStoreOwnerAccountId } = input;
      return call.commit(async (tx) => {
        const query = await requireQuery(tx, input, call);
        if (query.status !== "QUEUED" && query.status !== "RUNNING")
          throw cloudTrailError("InactiveQuery", `The query ${query.query_id} has ended: ${query.status}.`);
        await tx
          .updateTable("lake_queries")
          .set({
            status: "CANCELLED",
            ended_ms: call.nowMs,
            ...(query.delivery_status !== null && { delivery_status: "CANCELLED" }),
          })
          .where("query_id", "=", query.query_id)
          .execute();
        return {
          QueryId: query.query_id,
          QueryStatus: "CANCELLED" as const,
          ...(EventDataStoreOwnerAccountId !== undefined && { EventDataStoreOwnerAccountId }),
        };
      });
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });
