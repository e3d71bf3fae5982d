import type {
  GrantListEntry,
  ListGrantsCommandInput,
  ListGrantsResponse,
  ListRetirableGrantsCommandInput,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { constraintsOf, type GrantRow, operationsOf } from "../../identity/key-grants.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { validationError } from "../service-error.js";
import { checkPrincipal } from "./create-grant.js";
import type { KmsDeps } from "./deps.js";
import { invalidGrantId, invalidMarker, unsupported } from "./errors.js";
import { accessTo, findKey, keyArn, resourcesOf } from "./keys.js";

/** AWS's. */
const pageDefault = 50;
const pageMax = 100;

export const listGrants = (deps: KmsDeps) =>
  operation<ListGrantsCommandInput, ListGrantsResponse>({
    name: "ListGrants",
    readOnly: true,
    event: management,
    async access(input, call) {
      return [accessTo("ListGrants", await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call)];
    },
    async execute(input, call) {
      if (input.GranteeServicePrincipal !== undefined)
        throw unsupported("Grants to services are not offered here, so there are none to list.");
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      return pageOf(deps, call, input, {
        key_id: key.key_id,
        grant_id: input.GrantId,
        grantee: input.GranteePrincipal,
      });
    },
    resources: (input, call) => resourcesOf(input?.KeyId, undefined, call),
  });

export const listRetirableGrants = (deps: KmsDeps) =>
  operation<ListRetirableGrantsCommandInput, ListGrantsResponse>({
    name: "ListRetirableGrants",
    readOnly: true,
    event: management,
    access: () => [{ action: "kms:ListRetirableGrants", resource: "*" }],
    async execute(input, call) {
      const { RetiringPrincipal: retiring } = input;
      if (input.RetiringServicePrincipal !== undefined)
        throw unsupported("Grants to services are not offered here, so there are none to list.");
      new Constraints()
        .required("retiringPrincipal", retiring)
        .length("retiringPrincipal", retiring, { min: 1 })
        .check();
      checkPrincipal(retiring!);
      if (!isOfAccount(retiring!, call.accountId))
        throw validationError("RetiringPrincipal must be a principal of your account.");
      return pageOf(deps, call, input, { retiring });
    },
  });

type Page = { readonly Limit?: number; readonly Marker?: string };
type Filter = Partial<Record<"key_id" | "grant_id" | "grantee" | "retiring", string | undefined>>;

async function pageOf(deps: KmsDeps, call: Call, input: Page, filter: Filter): Promise<ListGrantsResponse> {
  new Constraints().range("limit", input.Limit, { min: 1, max: pageMax }).check();
  if (filter.grant_id !== undefined && !/^[0-9a-f]{64}$/.test(filter.grant_id))
    throw invalidGrantId("The grant id is not valid.");
  const request = { ...input, Limit: undefined, Marker: undefined };
  const after = input.Marker === undefined ? "" : decodePageToken(input.Marker, request)?.[0];
  if (after === undefined) throw invalidMarker("Invalid marker");
  const limit = input.Limit ?? pageDefault;
  let query = deps.settings.read
    .selectFrom("kms_grants")
    .innerJoin("kms_keys", "kms_keys.key_id", "kms_grants.key_id")
    .selectAll("kms_grants")
    .select(["kms_keys.account_id as key_account_id"])
    .where("kms_keys.region", "=", call.region)
    .where("kms_grants.grant_id", ">", after);
  for (const column of ["key_id", "grant_id", "grantee", "retiring"] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) query = query.where(`kms_grants.${column}`, "=", wanted);
  }
  const rows = await query
    .orderBy("kms_grants.grant_id")
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const Grants = page.map((row) =>
    grantView(row, keyArn({ account_id: row.key_account_id, region: call.region, key_id: row.key_id })),
  );
  if (rows.length <= limit) return { Grants, Truncated: false };
  return { Grants, Truncated: true, NextMarker: encodePageToken([page.at(-1)!.grant_id], request) };
}

function grantView(grant: GrantRow, arn: string): GrantListEntry {
  const constraints = constraintsOf(grant);
  return {
    KeyId: arn,
    GrantId: grant.grant_id,
    Name: grant.name ?? undefined,
    CreationDate: new Date(grant.created_ms),
    GranteePrincipal: grant.grantee,
    RetiringPrincipal: grant.retiring ?? undefined,
    IssuingAccount: `arn:aws:iam::${grant.account_id}:root`,
    Operations: operationsOf(grant),
    Constraints: Object.keys(constraints).length === 0 ? undefined : constraints,
  };
}

function isOfAccount(principal: string, accountId: string): boolean {
  return principal === accountId || principal.split(":")[4] === accountId;
}
