import { Constraints } from "../constraints.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { cloudTrailError } from "./errors.js";

const resultsMax = 1000;

/** Where a page of a list begins and how long it may be. */
export interface ListPage {
  /** Position behind which the page begins, as `pageOf` was given it; undefined for the first page. */
  readonly after: readonly string[] | undefined;
  readonly max: number;
  readonly request: unknown;
}

/**
 * Reads the members that Lake's lists share.
 *
 * @param request the other parameters: a token is valid with the same ones alone.
 * @throws ValidationException, InvalidNextToken
 */
export function listPage(
  input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  request: unknown,
): ListPage {
  new Constraints()
    .range("maxResults", input.MaxResults, { min: 1, max: resultsMax })
    .length("nextToken", input.NextToken, { min: 4, max: 1000 })
    .check();
  const max = input.MaxResults ?? resultsMax;
  if (input.NextToken === undefined) return { after: undefined, max, request };
  const after = decodePageToken(input.NextToken, request);
  if (after === undefined) throw cloudTrailError("InvalidNextToken", "The next token is not valid.");
  return { after, max, request };
}

/** @param rows of the list from the page's begin on: one more than the page holds, if there are so many. */
export function pageOf<Row>(
  rows: readonly Row[],
  { max, request }: ListPage,
  positionOf: (row: Row) => readonly string[],
): { rows: readonly Row[]; NextToken?: string } {
  if (rows.length <= max) return { rows };
  return { rows: rows.slice(0, max), NextToken: encodePageToken(positionOf(rows[max - 1] as Row), request) };
}
