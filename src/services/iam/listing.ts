import { decodePageToken, encodePageToken } from "../page-token.js";
import { iamValidationError } from "./iam-errors.js";

interface ListInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface ListOutput {
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

const itemsDefault = 100;

/** Where a page begins: after this sort key, empty for the first page. `fetch` is one more than is shown. */
export function pageStart(input: ListInput): { after: string; fetch: number } {
  const fetch = (input.MaxItems ?? itemsDefault) + 1;
  if (input.Marker === undefined) return { after: "", fetch };
  const position = decodePageToken(input.Marker, continued(input));
  if (position?.length !== 1) throw iamValidationError("Invalid Marker.");
  return { after: position[0]!, fetch };
}

/** Cuts what was fetched to a page and says how to go on. */
export function pageOf<Item>(
  fetched: readonly Item[],
  input: ListInput,
  sortKeyOf: (item: Item) => string,
): { items: Item[]; page: ListOutput } {
  const items = fetched.slice(0, input.MaxItems ?? itemsDefault);
  const last = items.at(-1);
  if (fetched.length === items.length || last === undefined) return { items, page: { IsTruncated: false } };
  return { items, page: { IsTruncated: true, Marker: encodePageToken([sortKeyOf(last)], continued(input)) } };
}

/** A marker belongs to the list it continues; only the page size may change on the way. */
function continued(input: ListInput): unknown {
  const { Marker: _marker, MaxItems: _maxItems, ...rest } = input;
  return rest;
}
