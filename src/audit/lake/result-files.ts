import type { Cell } from "../../storage/lake-queries.js";
import type { QueryRow } from "./queries.js";

/** `s3://bucket[/prefix]`. Source: model of StartQuery. */
export const deliveryUriPattern = /^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/;

export function parseDeliveryUri(uri: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]+)(.*)$/.exec(uri) ?? [];
  return { bucket, prefix: rest.replace(/^\/|\/$/g, "") };
}

/** Where the files of a result are. */
export function resultFolder(query: QueryRow): { readonly bucket: string; readonly folder: string } {
  const { bucket, prefix } = parseDeliveryUri(query.delivery_uri ?? "");
  const day = new Date(query.created_ms).toISOString().slice(0, 10).replaceAll("-", "/");
  const folder = `AWSLogs/${query.account_id}/CloudTrail-Lake/Query/${day}/${query.query_id}/`;
  return { bucket, folder: prefix === "" ? folder : `${prefix}/${folder}` };
}

/** A line of CSV (RFC 4180). NULL is nothing at all, an empty text two quotes. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (cell === null ? "" : `"${cell.replaceAll('"', '""')}"`)).join(",")}\r\n`;
}
