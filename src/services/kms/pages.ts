import { Constraints } from "../constraints.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { invalidMarker } from "./errors.js";

export interface PageInput {
  readonly Limit?: number;
  readonly Marker?: string;
}

/** One page of a list that is small enough to be read whole (`keysMax`), in the order of its keys. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  input: PageInput,
  options: { readonly limitMax: number },
): { items: Item[]; NextMarker?: string; Truncated: boolean } {
  new Constraints().range("limit", input.Limit, { min: 1, max: 1000 }).check();
  const request = { ...input, Limit: undefined, Marker: undefined };
  const after = input.Marker === undefined ? undefined : decodePageToken(input.Marker, request)?.[0];
  if (input.Marker !== undefined && after === undefined) throw invalidMarker("Invalid marker");
  const limit = Math.min(input.Limit ?? options.limitMax, options.limitMax);
  const rest = items
    .filter((item) => after === undefined || keyOf(item) > after)
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  const page = rest.slice(0, limit);
  if (rest.length <= limit) return { items: page, Truncated: false };
  return { items: page, NextMarker: encodePageToken([keyOf(page.at(-1)!)], request), Truncated: true };
}
