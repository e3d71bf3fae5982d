import { createHash, createSign } from "node:crypto";
import { type Destinations, errorCodeOf, type TrailIdentity } from "../audit/destinations.js";
import { isoTime, signatureAlgorithm } from "../audit/digest.js";
import { eventDataStoreArn } from "../audit/lake/event-data-stores.js";
import type { QueryRow } from "../audit/lake/queries.js";
import { csvLine, resultFolder } from "../audit/lake/result-files.js";
import type { SigningKeys } from "../audit/signing-keys.js";
import type { LakeQueries } from "../storage/lake-queries.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { gzipBytes } from "./gzip-bytes.js";

/** Of a file before compression; a result has as many files as it needs. */
const fileCharsMax = 32 * 1024 * 1024;
const rowsAtOnce = 5000;
const rowBytesAtOnce = 4 * 1024 * 1024;

export interface DeliverResultDeps {
  readonly settings: SettingsStore;
  readonly lakeQueries: LakeQueries;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly reportFailure: ReportFailure;
}

/**
 * Writes the result of a query to its bucket: files of lines, and one that names their hashes and is signed. The same
 * query has the same keys, so a repeat overwrites.
 *
 * @returns AWS's word for how it went: `SUCCESS`, `ACCESS_DENIED`, `ACCESS_DENIED_SIGNING_FILE` ...
 */
export async function deliverResult(query: QueryRow, deps: DeliverResultDeps): Promise<string> {
  const { bucket, folder } = resultFolder(query);
  const sender = await senderOf(query, deps.settings);
  const put = (name: string, body: Uint8Array, contentType: string) =>
    deps.destinations.putObject(sender, { bucket, key: `${folder}${name}`, body, contentType });
  const failed = (reason: unknown, ofWhat: "" | "_SIGNING_FILE"): string => {
    deps.reportFailure(`delivery of the result of query ${query.query_id}`, reason);
    const code = errorCodeOf(reason);
    if (code === "NoSuchBucket" && ofWhat === "") return "RESOURCE_NOT_FOUND";
    return `${code === "AccessDenied" ? "ACCESS_DENIED" : "FAILED"}${ofWhat}`;
  };

  const files: { fileHashValue: string; fileName: string }[] = [];
  try {
    for await (const text of filesOf(query, deps.lakeQueries)) {
      const body = await gzipBytes(text);
      const fileName = `result_${files.length + 1}.csv.gz`;
      await put(fileName, body, "application/gzip");
      files.push({ fileHashValue: createHash("sha256").update(body).digest("hex"), fileName });
    }
  } catch (reason) {
    return failed(reason, "");
  }
  try {
    await put("result_sign.json", Buffer.from(await signFile(query, files, deps.signingKeys)), "application/json");
  } catch (reason) {
    return failed(reason, "_SIGNING_FILE");
  }
  return "SUCCESS";
}

/** Buckets see the service with a store of the query as its source. */
async function senderOf(query: QueryRow, settings: SettingsStore): Promise<TrailIdentity> {
  const { account_id: accountId, region } = query;
  const store = await settings.read
    .selectFrom("lake_query_stores")
    .select("store_id")
    .where("query_id", "=", query.query_id)
    .orderBy("store_id")
    .executeTakeFirst();
  return { accountId, homeRegion: region, arn: eventDataStoreArn(region, accountId, store?.store_id ?? "*") };
}

/** At least one, with the names of the columns. */
async function* filesOf(query: QueryRow, lakeQueries: LakeQueries): AsyncGenerator<string> {
  const header = csvLine(JSON.parse(query.columns) as string[]);
  const result = { queryId: query.query_id, createdMs: query.created_ms };
  const total = query.rows_count ?? 0;
  let text = header;
  for (let fromRow = 0; fromRow < total; ) {
    const rows = await lakeQueries.rows(result, { fromRow, limit: rowsAtOnce, bytesMax: rowBytesAtOnce });
    if (rows.length === 0) throw new Error(`the result of query ${query.query_id} ends at row ${fromRow} of ${total}`);
    fromRow += rows.length;
    for (const row of rows) text += csvLine(row);
    if (text.length > fileCharsMax && fromRow < total) {
      yield text;
      text = header;
    }
  }
  yield text;
}

/** Signs the hashes of the files, separated by spaces. Source: AWS CloudTrail User Guide, "sign file structure". */
async function signFile(
  query: QueryRow,
  files: readonly { readonly fileHashValue: string; readonly fileName: string }[],
  signingKeys: SigningKeys,
): Promise<string> {
  const endedMs = query.ended_ms ?? query.created_ms;
  const fingerprint = await signingKeys.fingerprintFor(query.region, { startMs: endedMs, endMs: endedMs });
  const hashes = files.map(({ fileHashValue }) => fileHashValue).join(" ");
  const hashSignature = createSign("RSA-SHA256")
    .update(hashes)
    .sign(await signingKeys.open(fingerprint), "hex");
  return JSON.stringify({
    version: "1.0",
    region: query.region,
    files,
    hashAlgorithm: "SHA-256",
    signatureAlgorithm,
    queryCompleteTime: isoTime(endedMs),
    hashSignature,
    publicKeyFingerprint: fingerprint,
  });
}
