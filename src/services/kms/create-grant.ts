import type { CreateGrantCommandInput, CreateGrantResponse } from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { type GrantConstraints, type GrantRow, grantOperations } from "../../identity/key-grants.js";
import { compilePrincipal } from "../../identity/policy/principal.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { validationError } from "../service-error.js";
import { stopIfDryRun } from "./crypto-rules.js";
import type { KmsDeps } from "./deps.js";
import { invalidArn, limitExceeded, unsupported } from "./errors.js";
import { checkGrantTokens, grantToken } from "./grant-tokens.js";
import { accessOrGrant, findKey, type KeyRow, keyArn, requireUsable, resourcesOf } from "./keys.js";

/** AWS's quota. */
export const grantsPerKeyMax = 50_000;
/** AWS's limits of a constraint. */
const pairsMax = 8;
const valueLengthMax = 384;
const grantIdBytes = 32;

export const createGrant = (deps: KmsDeps) =>
  operation<CreateGrantCommandInput, CreateGrantResponse>({
    name: "CreateGrant",
    readOnly: false,
    event: management,

    async access(input, call) {
      checkInput(input);
      await checkGrantTokens(deps, input.GrantTokens);
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      const { GranteePrincipal, RetiringPrincipal, Operations } = input;
      const constraints = constraintsOf(input);
      return [
        await accessOrGrant(deps, "CreateGrant", key, call, {
          child: { operations: Operations!, constraints },
          conditions: {
            "kms:GrantIsForAWSResource": "false",
            "kms:GrantOperations": Operations!,
            "kms:GranteePrincipal": GranteePrincipal!,
            ...(RetiringPrincipal !== undefined && { "kms:RetiringPrincipal": RetiringPrincipal }),
            ...(Object.keys(constraints).length > 0 && { "kms:GrantConstraintType": Object.keys(constraints) }),
          },
        }),
      ];
    },

    async execute(input, call) {
      const wanted = {
        account_id: call.accountId,
        name: input.Name ?? null,
        grantee: input.GranteePrincipal!,
        retiring: input.RetiringPrincipal ?? null,
        operations: JSON.stringify([...new Set(input.Operations!)].sort()),
        constraints: JSON.stringify(constraintsOf(input)),
      };
      requireUsable(await findKey(deps.settings.read, call, input.KeyId!, "no-alias"));
      stopIfDryRun(input.DryRun);
      const grant_id = deps.environment.ids.bytes(grantIdBytes).toString("hex");
      return call.commit(async (tx) => {
        const key = await findKey(tx, call, input.KeyId!, "no-alias");
        requireUsable(key);
        const same = input.Name === undefined ? undefined : await findSame(tx, key, wanted);
        if (same !== undefined) return { GrantId: same, GrantToken: grantToken(deps.vault, same) };
        await requireRoom(tx, key);
        await tx
          .insertInto("kms_grants")
          .values({ grant_id, key_id: key.key_id, ...wanted, created_ms: call.nowMs })
          .execute();
        return { GrantId: grant_id, GrantToken: grantToken(deps.vault, grant_id) };
      });
    },

    recordedRequest: (input) => ({
      keyId: input?.KeyId,
      granteePrincipal: input?.GranteePrincipal,
      retiringPrincipal: input?.RetiringPrincipal,
      operations: input?.Operations,
      constraints: input?.Constraints && {
        encryptionContextEquals: input.Constraints.EncryptionContextEquals,
        encryptionContextSubset: input.Constraints.EncryptionContextSubset,
      },
      name: input?.Name,
      dryRun: input?.DryRun,
    }),
    recordedResponse: ({ GrantId }) => ({ grantId: GrantId }),
    resources: (input, call) => resourcesOf(input?.KeyId, undefined, call),
  });

/** @throws ServiceError ValidationException, InvalidArnException, UnsupportedOperationException */
function checkInput(input: CreateGrantCommandInput): void {
  const { GranteePrincipal, RetiringPrincipal, Operations } = input;
  if (input.GranteeServicePrincipal !== undefined || input.RetiringServicePrincipal !== undefined)
    throw unsupported("Grants to services are not offered here: name the service in the key policy.");
  if (input.Constraints?.SourceArn !== undefined)
    throw unsupported("The constraint SourceArn is for services, which get no grants here.");
  const principal = /^[\w+=,.@:/-]+$/;
  const constraints = new Constraints()
    .length("keyId", input.KeyId, { min: 1, max: 2048 })
    .required("granteePrincipal", GranteePrincipal)
    .length("granteePrincipal", GranteePrincipal, { min: 1, max: 256 })
    .pattern("granteePrincipal", GranteePrincipal, principal)
    .length("retiringPrincipal", RetiringPrincipal, { min: 1, max: 256 })
    .pattern("retiringPrincipal", RetiringPrincipal, principal)
    .length("name", input.Name, { min: 1, max: 256 })
    .pattern("name", input.Name, /^[a-zA-Z0-9:/_-]+$/)
    .length("operations", Operations, { min: 1, max: 32 });
  for (const [index, each] of (Operations ?? []).entries())
    constraints.oneOf(`operations.${index + 1}.member`, each, grantOperations);
  const bounds = { max: pairsMax, key: { min: 1, max: valueLengthMax }, value: { min: 0, max: valueLengthMax } };
  constraints
    .map("constraints.encryptionContextEquals", input.Constraints?.EncryptionContextEquals, bounds)
    .map("constraints.encryptionContextSubset", input.Constraints?.EncryptionContextSubset, bounds)
    .check();
  for (const each of [GranteePrincipal!, RetiringPrincipal]) if (each !== undefined) checkPrincipal(each);
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = constraintsOf(input);
  if (equals === undefined && subset === undefined && input.Constraints !== undefined)
    throw validationError("Constraints must hold EncryptionContextEquals or EncryptionContextSubset.");
}

/** @throws ServiceError InvalidArnException */
export function checkPrincipal(text: string): void {
  try {
    compilePrincipal({ AWS: [text] });
  } catch {
    throw invalidArn(`Invalid principal: ${text}`);
  }
}

function constraintsOf({ Constraints: given }: CreateGrantCommandInput): GrantConstraints {
  const { EncryptionContextEquals, EncryptionContextSubset } = given ?? {};
  return {
    ...(EncryptionContextEquals && { EncryptionContextEquals: sorted(EncryptionContextEquals) }),
    ...(EncryptionContextSubset && { EncryptionContextSubset: sorted(EncryptionContextSubset) }),
  };
}

/** So that the same constraint is the same text. */
function sorted(pairs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs).sort(([left], [right]) => (left < right ? -1 : 1)));
}

type Wanted = Omit<GrantRow, "grant_id" | "key_id" | "created_ms">;

/** A grant with a name is made once, however often the same is asked for. */
async function findSame(tx: SettingsTransaction, { key_id }: KeyRow, wanted: Wanted): Promise<string | undefined> {
  const rows = await tx
    .selectFrom("kms_grants")
    .selectAll()
    .where("key_id", "=", key_id)
    .where("grantee", "=", wanted.grantee)
    .where("name", "=", wanted.name)
    .execute();
  const members = ["account_id", "retiring", "operations", "constraints"] as const;
  return rows.find((row) => members.every((member) => row[member] === wanted[member]))?.grant_id;
}

/** @throws ServiceError LimitExceededException */
async function requireRoom(tx: SettingsTransaction, key: KeyRow): Promise<void> {
  const { count } = await tx
    .selectFrom("kms_grants")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("key_id", "=", key.key_id)
    .executeTakeFirstOrThrow();
  if (Number(count) >= grantsPerKeyMax) throw limitExceeded(`${keyArn(key)} has ${grantsPerKeyMax} grants already.`);
}
