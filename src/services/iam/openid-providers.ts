import type * as Iam from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import { management } from "../../audit/event.js";
import { mayAskIssuer } from "../../identity/web-identity/issuer-keys.js";
import { issuerName, openidProviderArn } from "../../identity/web-identity/web-identities.js";
import type { FederationTables } from "../../storage/settings/tables/federation.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { type AnyOperation, type Call, operation } from "../operation.js";
import { change, requestTagConditions, resourceTagConditions, tagsOf } from "./entities.js";
import { checkTagKeys, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { entityAlreadyExists, invalidInput, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { writeTags } from "./tags.js";

type ProviderRow = Selectable<FederationTables["iam_openid_providers"]>;

const providersMax = 100;
const clientIdsMax = 100;
const thumbprintsMax = 5;

export function findProvider(queries: SettingsQueries, call: Call, arn: string): Promise<ProviderRow | undefined> {
  return queries
    .selectFrom("iam_openid_providers")
    .selectAll()
    .where("provider_arn", "=", arn)
    .where("account_id", "=", call.accountId)
    .executeTakeFirst();
}

/** @throws ServiceError NoSuchEntity */
export async function requireProvider(queries: SettingsQueries, call: Call, arn: string): Promise<ProviderRow> {
  const provider = await findProvider(queries, call, arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

export async function providerAccess(deps: IamDeps, call: Call, arn: string, action: string, conditions: object = {}) {
  const tags = await tagsOf(deps.settings.read, arn);
  return [
    {
      action: `iam:${action}`,
      resource: arn,
      resourceAccountId: call.accountId,
      conditions: { ...conditions, ...resourceTagConditions(tags) },
    },
  ];
}

export function providerResources(arn: string | undefined) {
  return arn === undefined ? [] : [{ type: "AWS::IAM::OIDCProvider", name: arn.split("/").at(1) ?? "", arn }];
}

class ProviderConstraints extends IamConstraints {
  providerArn(arn: string | undefined): this {
    return this.length("openIDConnectProviderArn", arn, { min: 20, max: 2048 });
  }

  clientId(clientId: string | undefined, member = "clientID"): this {
    return this.length(member, clientId, { min: 1, max: 255 });
  }

  thumbprints(list: readonly string[] | undefined): this {
    list?.forEach((thumbprint, i) => {
      this.length(`thumbprintList.${i + 1}.member`, thumbprint, { min: 40, max: 40 });
      this.pattern(`thumbprintList.${i + 1}.member`, thumbprint, /^[0-9A-Fa-f]*$/);
    });
    return this;
  }
}

export const createOpenIdProvider = (deps: IamDeps) =>
  operation<Iam.CreateOpenIDConnectProviderRequest, Iam.CreateOpenIDConnectProviderResponse>({
    name: "CreateOpenIDConnectProvider",
    readOnly: false,
    event: management,
    access: ({ Url, Tags }, call) => {
      const access = {
        resource: openidProviderArn(call.accountId, Url ?? ""),
        conditions: requestTagConditions(Tags),
      };
      const create = { action: "iam:CreateOpenIDConnectProvider", ...access };
      return Tags && Tags.length > 0 ? [create, { action: "iam:TagOpenIDConnectProvider", ...access }] : [create];
    },
    execute: (input, call) => {
      const { Url, ClientIDList: clientIds = [], ThumbprintList: thumbprints = [], Tags: tags = [] } = input;
      const constraints = new ProviderConstraints().length("url", Url, { min: 1, max: 255 }).tags(tags);
      for (const [i, id] of clientIds.entries()) constraints.clientId(id, `clientIDList.${i + 1}.member`);
      constraints.thumbprints(thumbprints).end();
      checkTagKeys(tags.map(({ Key }) => Key!));
      checkIssuer(deps, Url!);
      checkCounts(clientIds, thumbprints);
      const arn = openidProviderArn(call.accountId, Url!);
      return change(call, async (tx) => {
        const known = await tx
          .selectFrom("iam_openid_providers")
          .select("provider_arn")
          .where("account_id", "=", call.accountId)
          .execute();
        if (known.some((row) => row.provider_arn === arn))
          throw entityAlreadyExists(`Provider with url ${Url} already exists.`);
        if (known.length >= providersMax)
          throw limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${providersMax}`);
        const row = {
          provider_arn: arn,
          account_id: call.accountId,
          issuer: Url!,
          client_ids: JSON.stringify([...new Set(clientIds)]),
          thumbprints: JSON.stringify(thumbprints),
          created_ms: call.nowMs,
        };
        await tx.insertInto("iam_openid_providers").values(row).execute();
        await writeTags(tx, arn, tags);
        return { OpenIDConnectProviderArn: arn, ...(tags.length > 0 && { Tags: tags }) };
      });
    },
    resources: (input, call) => providerResources(input.Url && openidProviderArn(call.accountId, input.Url)),
  });

export const getOpenIdProvider = (deps: IamDeps) =>
  operation<Iam.GetOpenIDConnectProviderRequest, Iam.GetOpenIDConnectProviderResponse>({
    name: "GetOpenIDConnectProvider",
    readOnly: true,
    event: management,
    access: (input, call) =>
      providerAccess(deps, call, input.OpenIDConnectProviderArn ?? "", "GetOpenIDConnectProvider"),
    execute: async (input, call) => {
      const arn = input.OpenIDConnectProviderArn!;
      new ProviderConstraints().providerArn(arn).end();
      const row = await requireProvider(deps.settings.read, call, arn);
      return {
        Url: issuerName(row.issuer),
        ClientIDList: JSON.parse(row.client_ids),
        ThumbprintList: JSON.parse(row.thumbprints),
        CreateDate: new Date(row.created_ms),
        Tags: await tagsOf(deps.settings.read, arn),
      };
    },
    resources: (input) => providerResources(input.OpenIDConnectProviderArn),
  });

export const listOpenIdProviders = (deps: IamDeps) =>
  operation<Iam.ListOpenIDConnectProvidersRequest, Iam.ListOpenIDConnectProvidersResponse>({
    name: "ListOpenIDConnectProviders",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:ListOpenIDConnectProviders", resource: "*" }],
    execute: async (_input, call) => {
      const rows = await deps.settings.read
        .selectFrom("iam_openid_providers")
        .select("provider_arn as Arn")
        .where("account_id", "=", call.accountId)
        .orderBy("provider_arn")
        .execute();
      return { OpenIDConnectProviderList: rows };
    },
  });

export const deleteOpenIdProvider = (deps: IamDeps) =>
  changeProvider<Iam.DeleteOpenIDConnectProviderRequest>(deps, {
    name: "DeleteOpenIDConnectProvider",
    constraints: () => undefined,
    // Deleting one that is not there is no error, as with AWS.
    work: async (tx, row) => {
      await tx.deleteFrom("iam_openid_providers").where("provider_arn", "=", row.provider_arn).execute();
      await tx.deleteFrom("iam_tags").where("entity_id", "=", row.provider_arn).execute();
    },
    mayBeAbsent: true,
  });

export const addClientId = (deps: IamDeps) =>
  changeProvider<Iam.AddClientIDToOpenIDConnectProviderRequest>(deps, {
    name: "AddClientIDToOpenIDConnectProvider",
    constraints: (all, { ClientID }) => all.clientId(ClientID),
    work: (tx, row, { ClientID }) => {
      const clientIds = [...new Set([...(JSON.parse(row.client_ids) as string[]), ClientID!])];
      checkCounts(clientIds, []);
      return write(tx, row, { client_ids: JSON.stringify(clientIds) });
    },
  });

export const removeClientId = (deps: IamDeps) =>
  changeProvider<Iam.RemoveClientIDFromOpenIDConnectProviderRequest>(deps, {
    name: "RemoveClientIDFromOpenIDConnectProvider",
    constraints: (all, { ClientID }) => all.clientId(ClientID),
    work: (tx, row, { ClientID }) => {
      const clientIds = (JSON.parse(row.client_ids) as string[]).filter((id) => id !== ClientID);
      return write(tx, row, { client_ids: JSON.stringify(clientIds) });
    },
  });

export const updateThumbprints = (deps: IamDeps) =>
  changeProvider<Iam.UpdateOpenIDConnectProviderThumbprintRequest>(deps, {
    name: "UpdateOpenIDConnectProviderThumbprint",
    constraints: (all, { ThumbprintList }) => all.thumbprints(ThumbprintList),
    work: (tx, row, { ThumbprintList: thumbprints = [] }) => {
      checkCounts([], thumbprints);
      return write(tx, row, { thumbprints: JSON.stringify(thumbprints) });
    },
  });

/** An operation that changes one provider and answers nothing. */
function changeProvider<Input extends { readonly OpenIDConnectProviderArn: string | undefined }>(
  deps: IamDeps,
  {
    name,
    constraints,
    work,
    mayBeAbsent,
  }: {
    readonly name: string;
    constraints(all: ProviderConstraints, input: Input): unknown;
    work(tx: SettingsTransaction, row: ProviderRow, input: Input): Promise<void>;
    readonly mayBeAbsent?: true;
  },
): AnyOperation {
  return operation<Input, object>({
    name,
    readOnly: false,
    event: management,
    access: (input, call) => providerAccess(deps, call, input.OpenIDConnectProviderArn ?? "", name),
    execute: (input, call) => {
      const arn = input.OpenIDConnectProviderArn!;
      const all = new ProviderConstraints().providerArn(arn);
      constraints(all, input);
      all.end();
      return change(call, async (tx) => {
        const row = mayBeAbsent ? await findProvider(tx, call, arn) : await requireProvider(tx, call, arn);
        if (row) await work(tx, row, input);
        return {};
      });
    },
    resources: (input) => providerResources(input.OpenIDConnectProviderArn),
  });
}

async function write(tx: SettingsTransaction, { provider_arn }: ProviderRow, values: Partial<ProviderRow>) {
  await tx.updateTable("iam_openid_providers").set(values).where("provider_arn", "=", provider_arn).execute();
}

/** Unlike AWS's, an issuer may have a port: a company's own often has. */
function checkIssuer(deps: IamDeps, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  // Written as it will stand in ARNs and condition keys, which are compared as texts.
  if (!plain || !/^https?:\/\/[a-z0-9.:[\]-]+(\/[A-Za-z0-9._~%/-]*)?$/.test(text))
    throw invalidInput("Invalid Open ID Connect Provider URL");
  if (!mayAskIssuer(url, deps.issuerOrigins))
    throw invalidInput("Invalid Open ID Connect Provider URL: it must begin with https://");
}

function checkCounts(clientIds: readonly string[], thumbprints: readonly string[]): void {
  if (clientIds.length > clientIdsMax)
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${clientIdsMax}`);
  if (thumbprints.length > thumbprintsMax)
    throw invalidInput(`Thumbprint list must contain at most ${thumbprintsMax} entries.`);
}
