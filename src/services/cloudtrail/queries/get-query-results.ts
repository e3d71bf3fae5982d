import type { GetQueryResultsCommandInput, GetQueryResultsResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { QueryRow } from "../../../audit/lake/queries.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { queryAccess, requireQuery } from "./find-query.js";
import { checkQueryInput, listPageMax, pageSize, positionOf, storeResources } from "./query-input.js";

/** A page ends earlier where its rows are large. */
const pageBytesMax = 4 * 1024 * 1024;
/** AWS answers in texts alone. */
const nullText = "null";

/** Rows of a query that has finished; of others none, and how they stand. */
export const getQueryResults = (deps: CloudTrailDeps) =>
  operation<GetQueryResultsCommandInput, GetQueryResultsResponse>({
    name: "GetQueryResults",
    readOnly: true,
    event: management,
    access: (input, call) => queryAccess(deps, "GetQueryResults", input, call),

    async execute(input, call) {
      checkQueryInput(input, call);
      new Constraints().length("nextToken", input.NextToken, { min: 4, max: 1000 }).check();
      const limit = pageSize(input.MaxQueryResults);
      const query = await requireQuery(deps.settings.read, input, call);
      const request = { operation: "GetQueryResults", queryId: query.query_id };
      const fromRow = rowOf(positionOf(input.NextToken, request));
      if (query.status !== "FINISHED") return view(query, []);
      const total = query.rows_count ?? 0;
      const result = { queryId: query.query_id, createdMs: query.created_ms };
      const cells =
        fromRow < total ? await deps.lakeQueries.rows(result, { fromRow, limit, bytesMax: pageBytesMax }) : [];
      const columns = JSON.parse(query.columns) as string[];
      const rows = cells.map((row) => row.map((cell, index) => ({ [columns[index]!]: cell ?? nullText })));
      const next = fromRow + rows.length;
      return {
        ...view(query, rows),
        ...(next < total && rows.length > 0 && { NextToken: encodePageToken([String(next)], request) }),
      };
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

function view(query: QueryRow, rows: Record<string, string>[][]): GetQueryResultsResponse {
  return {
    QueryStatus: query.status as GetQueryResultsResponse["QueryStatus"] & string,
    QueryStatistics: {
      ResultsCount: rows.length,
      ...(query.rows_count !== null && { TotalResultsCount: query.rows_count }),
      ...(query.bytes_scanned !== null && { BytesScanned: query.bytes_scanned }),
    },
    QueryResultRows: rows,
    ...(query.error_message !== null && { ErrorMessage: query.error_message }),
  };
}

function rowOf(position: readonly string[] | undefined): number {
  const row = Number(position?.[0] ?? 0);
  if (!Number.isSafeInteger(row) || row < 0 || row > Number.MAX_SAFE_INTEGER - listPageMax)
    throw cloudTrailError("InvalidNextToken", "The next token is not valid.");
  return row;
}
