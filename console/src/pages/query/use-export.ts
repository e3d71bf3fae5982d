import { CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import { useRef, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { failureOf, wasAborted } from "../../api/failure.js";
import { csvText } from "../../parts/csv.js";
import { failureText } from "../../parts/failure-text.js";
import { saveFile } from "../../parts/save-file.js";
import { type ApiRow, jsonOf, resultOf } from "../../parts/sql/result-rows.js";
import { notify } from "../../shell/notices.js";
import { queryTexts } from "../../texts/query.js";

/** A page of a browser has so much memory; a bucket takes any result. */
const rowsMax = 200_000;

/** Writes all rows of a result into a file, those that are not here yet fetched first. */
export function useExport(queryId: string, total: number) {
  const [fetched, setFetched] = useState<number>();
  const control = useRef<AbortController>(undefined);

  const start = async (format: "csv" | "json") => {
    if (total > rowsMax) return notify("error", queryTexts.result.exportTooLarge(rowsMax));
    const made = new AbortController();
    control.current = made;
    try {
      const rows = await allRows(queryId, made.signal, setFetched);
      const result = resultOf(rows);
      const name = `query-${queryId}.${format}`;
      if (format === "csv") saveFile(name, "text/csv", csvText(result.columns, result.rows));
      else saveFile(name, "application/json", jsonOf(result));
      notify("success", queryTexts.result.exported(rows.length));
    } catch (problem) {
      if (!wasAborted(problem)) notify("error", failureText(failureOf(problem)));
    }
    setFetched(undefined);
  };
  return { start, fetched, cancel: () => control.current?.abort() };
}

async function allRows(QueryId: string, abortSignal: AbortSignal, tell: (rows: number) => void): Promise<ApiRow[]> {
  const rows: ApiRow[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await clientOf(CloudTrailClient).send(new GetQueryResultsCommand({ QueryId, NextToken }), {
      abortSignal,
    });
    abortSignal.throwIfAborted();
    rows.push(...(page.QueryResultRows ?? []));
    tell(rows.length);
    NextToken = page.NextToken;
    if (NextToken === undefined) return rows;
  }
}
