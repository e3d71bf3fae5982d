import type { DescribeQueryCommandInput, DescribeQueryResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { QueryRow } from "../../../audit/lake/queries.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { queryAccess, requireQuery } from "./find-query.js";
import { aliasPattern, checkQueryInput, storeResources } from "./query-input.js";

export const describeQuery = (deps: CloudTrailDeps) =>
  operation<DescribeQueryCommandInput, DescribeQueryResponse>({
    name: "DescribeQuery",
    readOnly: true,
    event: management,
    access: (input, call) => queryAccess(deps, "DescribeQuery", input, call),

    async execute(input, call) {
      const { QueryId, QueryAlias, RefreshId, EventDataStoreOwnerAccountId } = input;
      checkQueryInput(input, call);
      new Constraints()
        .length("queryAlias", QueryAlias, { min: 1, max: 256 })
        .pattern("queryAlias", QueryAlias, aliasPattern)
        .length("refreshId", RefreshId, { min: 10, max: 20 })
        .pattern("refreshId", RefreshId, /^\d+$/)
        .check();
      if (QueryId === undefined && QueryAlias === undefined)
        throw cloudTrailError("InvalidParameter", "Give QueryId or QueryAlias.");
      if (RefreshId !== undefined && QueryAlias === undefined)
        throw cloudTrailError("InvalidParameter", "A RefreshId goes with the QueryAlias of a widget.");
      const query = await requireQuery(deps.settings.read, input, call);
      return {
        ...queryView(query),
        ...(EventDataStoreOwnerAccountId !== undefined && { EventDataStoreOwnerAccountId }),
      };
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

/** Statistics are told once they are known: when the query has finished. */
function queryView(query: QueryRow): DescribeQueryResponse {
  return {
    QueryId: query.query_id,
    QueryString: query.statement,
    QueryStatus: query.status as DescribeQueryResponse["QueryStatus"] & string,
    QueryStatistics: {
      ...(query.events_scanned !== null && { EventsScanned: query.events_scanned }),
      ...(query.bytes_scanned !== null && { BytesScanned: query.bytes_scanned }),
      ...(query.execution_ms !== null && { ExecutionTimeInMillis: query.execution_ms }),
      CreationTime: new Date(query.created_ms),
    },
    ...(query.error_message !== null && { ErrorMessage: query.error_message }),
    ...(query.delivery_uri !== null && { DeliveryS3Uri: query.delivery_uri }),
    ...(query.delivery_status !== null && {
      DeliveryStatus: query.delivery_status as DescribeQueryResponse["DeliveryStatus"] & string,
    }),
    ...(query.prompt !== null && { Prompt: query.prompt }),
  };
}
