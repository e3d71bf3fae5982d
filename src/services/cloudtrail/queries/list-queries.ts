import { type ListQueriesCommandInput, type ListQueriesResponse, QueryStatus } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { resultsKeptMs } from "../../../audit/lake/queries.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { resourceAccess } from "../resource-access.js";
import { requireActiveStore } from "./find-query.js";
import { checkQueryInput, pageSize, positionOf, storeResources } from "./query-input.js";

/** Queries that read one store, of the last seven days, newest first. */
export const listQueries = (deps: CloudTrailDeps) =>
  operation<ListQueriesCommandInput, ListQueriesResponse>({
    name: "ListQueries",
    readOnly: true,
    event: management,
    access: (input, call) =>
      resourceAccess(deps.settings.read, "ListQueries", storeArnOf(input.EventDataStore as string, call)),

    async execute(input, call) {
      checkQueryInput(input, call);
      new Constraints().length("nextToken", input.NextToken, { min: 4, max: 1000 }).check();
      const limit = pageSize(input.MaxResults);
      const status = input.QueryStatus;
      if (status !== undefined && !Object.values(QueryStatus).includes(status))
        throw cloudTrailError("InvalidQueryStatus", `The query status is not valid: ${String(status).slice(0, 100)}`);
      const startMs = input.StartTime?.getTime();
      const endMs = input.EndTime?.getTime();
      if (startMs !== undefined && endMs !== undefined && startMs > endMs)
        throw cloudTrailError("InvalidDateRange", "The start time must not be after the end time.");
      const store = await requireActiveStore(deps.settings.read, input.EventDataStore as string, call);
      const request = { operation: "ListQueries", store: store.store_id, status, startMs, endMs };
      const [afterMs, afterId] = positionOf(input.NextToken, request) ?? [];

      let query = deps.settings.read
        .selectFrom("lake_queries")
        .innerJoin("lake_query_stores", "lake_query_stores.query_id", "lake_queries.query_id")
        .select(["lake_queries.query_id", "status", "created_ms"])
        .where("store_id", "=", store.store_id)
        .where("created_ms", ">=", Math.max(startMs ?? 0, call.nowMs - resultsKeptMs))
        .where("created_ms", "<=", endMs ?? call.nowMs);
      if (status !== undefined) query = query.where("status", "=", status);
      if (afterId !== undefined)
        query = query.where((of) =>
          of.or([
            of("created_ms", "<", Number(afterMs)),
            of.and([of("created_ms", "=", Number(afterMs)), of("lake_queries.query_id", ">", afterId)]),
          ]),
        );
      const found = await query
        .orderBy("created_ms", "desc")
        .orderBy("lake_queries.query_id")
        .limit(limit + 1)
        .execute();
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        Queries: page.map((row) => ({
          QueryId: row.query_id,
          QueryStatus: row.status as QueryStatus,
          CreationTime: new Date(row.created_ms),
        })),
        ...(last &&
          found.length > limit && { NextToken: encodePageToken([String(last.created_ms), last.query_id], request) }),
      };
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });
