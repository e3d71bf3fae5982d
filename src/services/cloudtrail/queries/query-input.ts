import type { EventResource } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { decodePageToken } from "../../page-token.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { namedResource } from "../resource-kinds.js";

export const aliasPattern = /^[a-zA-Z][a-zA-Z0-9._-]*$/;

interface QueryInput {
  readonly EventDataStore?: string | undefined;
  readonly QueryId?: string | undefined;
  readonly EventDataStoreOwnerAccountId?: string | undefined;
}

/** What the operations about one query take. @throws ValidationException, InvalidParameter */
export function checkQueryInput(input: QueryInput, call: Call): void {
  new Constraints()
    .length("eventDataStore", input.EventDataStore, { min: 3, max: 256 })
    .pattern("eventDataStore", input.EventDataStore, /^[a-zA-Z0-9._/\-:]+$/)
    .length("queryId", input.QueryId, { min: 36, max: 36 })
    .pattern("queryId", input.QueryId, /^[a-f0-9-]+$/)
    .check();
  checkOwner(input, call);
}

/** There are no organizations: stores belong to who calls. */
export function checkOwner({ EventDataStoreOwnerAccountId: owner }: QueryInput, call: Call): void {
  new Constraints()
    .length("eventDataStoreOwnerAccountId", owner, { min: 12, max: 16 })
    .pattern("eventDataStoreOwnerAccountId", owner, /^\d+$/)
    .check();
  if (owner !== undefined && owner !== call.accountId)
    throw cloudTrailError("InvalidParameter", "EventDataStoreOwnerAccountId must be the account that calls.");
}

/** The store that an input names, for the record. */
export function storeResources(arnOrId: string | undefined, call: Call): readonly EventResource[] {
  return arnOrId === undefined ? [] : namedResource(storeArnOf(arnOrId, call));
}

export const listPageMax = 1000;

/** @throws InvalidMaxResults */
export function pageSize(maxResults: number | undefined): number {
  if (maxResults === undefined) return listPageMax;
  if (maxResults < 1 || maxResults > listPageMax)
    throw cloudTrailError("InvalidMaxResults", `The number of results must be from 1 to ${listPageMax}.`);
  return maxResults;
}

/** @returns the position a token stands for; undefined without one. @throws InvalidNextToken also for a token of other parameters. */
export function positionOf(token: string | undefined, request: unknown): string[] | undefined {
  if (token === undefined) return undefined;
  const position = decodePageToken(token, request);
  if (position === undefined)
    throw cloudTrailError("InvalidNextToken", "The next token is not valid, or was made for other parameters.");
  return position;
}
