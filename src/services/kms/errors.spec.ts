import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountId, openTestAccount, region, root, type TestAccount } from "../test-account.fixture.js";
import { grantsPerKeyMax } from "./create-grant.js";
import { keysMax } from "./keys.js";
import { kmsService } from "./service.js";

let account: TestAccount;
// biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
let kms: (name: string, input: unknown) => Promise<any>;
/** Ids of a key in each state. */
let keys: Record<"enabled" | "disabled" | "pending", string>;
let ciphertexts: Record<keyof typeof keys, Uint8Array>;
let grantId: string;

const absent = "00000000-0000-4000-8000-000000000000";
const badArn = `arn:aws:kms:${region}:${accountId}:thing/x`;
const grantee = root.kind === "root" ? root.arn : "";
const text = Buffer.from("text");
const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ TagKey: `key-${index}`, TagValue: "" }));
const longPolicy = JSON.stringify({ Version: "2012-10-17", Statement: [], Id: "x".repeat(33_000) });

beforeAll(async () => {
  account = await openTestAccount();
  const service = kmsService(account);
  kms = (name, input) => account.run(service, name, input);
  const made = await Promise.all([1, 2, 3].map(async () => (await kms("CreateKey", {})).KeyMetadata.KeyId));
  keys = { enabled: made[0], disabled: made[1], pending: made[2] };
  const sealed = async (KeyId: string) => (await kms("Encrypt", { KeyId, Plaintext: text })).CiphertextBlob;
  ciphertexts = {
    enabled: await sealed(keys.enabled),
    disabled: await sealed(keys.disabled),
    pending: await sealed(keys.pending),
  };
  ({ GrantId: grantId } = await kms("CreateGrant", grant(keys.enabled)));
  await kms("CreateAlias", { AliasName: "alias/one", TargetKeyId: keys.enabled });
  await kms("DisableKey", { KeyId: keys.disabled });
  await kms("ScheduleKeyDeletion", { KeyId: keys.pending, PendingWindowInDays: 7 });
});
afterAll(() => account.close());

const grant = (KeyId: string) => ({ KeyId, GranteePrincipal: grantee, Operations: ["Decrypt"] });

/** Whatever else an operation takes beside its key. */
const others: Readonly<Record<string, () => object>> = {
  CreateAlias: () => ({ AliasName: "alias/new" }),
  CreateGrant: () => ({ GranteePrincipal: grantee, Operations: ["Decrypt"] }),
  Decrypt: () => ({ CiphertextBlob: ciphertexts.enabled }),
  Encrypt: () => ({ Plaintext: text }),
  GenerateDataKey: () => ({ KeySpec: "AES_256" }),
  GenerateDataKeyWithoutPlaintext: () => ({ KeySpec: "AES_256" }),
  PutKeyPolicy: () => ({ Policy: "{}" }),
  ReEncrypt: () => ({ CiphertextBlob: ciphertexts.enabled }),
  RetireGrant: () => ({ GrantId: grantId }),
  RevokeGrant: () => ({ GrantId: grantId }),
  TagResource: () => ({ Tags: tags(1) }),
  UntagResource: () => ({ TagKeys: ["key-0"] }),
  UpdateAlias: () => ({ AliasName: "alias/one" }),
  UpdateKeyDescription: () => ({ Description: "" }),
};
const keyMember = (name: string) =>
  name.endsWith("Alias") ? "TargetKeyId" : name === "ReEncrypt" ? "DestinationKeyId" : "KeyId";
const ofKey = (name: string, key: string) => ({ ...others[name]?.(), [keyMember(name)]: key });

const wholeKey = [
  ...["CancelKeyDeletion", "CreateGrant", "DescribeKey", "DisableKey", "DisableKeyRotation", "EnableKey"],
  ...["EnableKeyRotation", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListGrants", "ListKeyPolicies"],
  ...["ListKeyRotations", "ListResourceTags", "PutKeyPolicy", "RetireGrant", "RevokeGrant", "RotateKeyOnDemand"],
  ...["ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateKeyDescription"],
];
const cryptographic = ["Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncrypt"];
/** By the table of key states in KMS's guide. */
const onlyEnabled = [...cryptographic, "CreateGrant", "DisableKeyRotation", "EnableKeyRotation", "RotateKeyOnDemand"];
const notPending = [
  ...["CreateAlias", "DisableKey", "EnableKey", "ScheduleKeyDeletion", "TagResource", "UntagResource"],
  ...["UpdateAlias", "UpdateKeyDescription"],
];

/** Each is refused, so that all share an account; those with something before them fill it and come last. */
type Row = [operation: string, error: string, input: () => object, before?: () => Promise<unknown>];
const each = (names: readonly string[], error: string, input: (name: string) => object) =>
  names.map((name): Row => [name, error, () => input(name)]);
const ciphertextOf = (name: string, state: "disabled" | "pending") =>
  name === "Decrypt" || name === "ReEncrypt" ? { CiphertextBlob: ciphertexts[state] } : {};

/** Stores so many rows that one more would be too many. */
async function fill(table: "keys" | "grants" | "aliases" | "rotations"): Promise<void> {
  const { settings } = account;
  const rows = { keys: keysMax, grants: grantsPerKeyMax, aliases: 50, rotations: 25 }[table];
  await settings.transact(async (tx) => {
    const key = await tx
      .selectFrom("kms_keys")
      .selectAll()
      .where("key_id", "=", keys.enabled)
      .executeTakeFirstOrThrow();
    const grants = await tx.selectFrom("kms_grants").selectAll().executeTakeFirstOrThrow();
    const material = await tx.selectFrom("kms_materials").selectAll().executeTakeFirstOrThrow();
    const times = { created_ms: 0, updated_ms: 0 };
    for (let made = 0; made < rows; made += 500) {
      const some = Array.from({ length: Math.min(500, rows - made) }, (_, index) => `x${made + index}`);
      if (table === "keys")
        await tx
          .insertInto("kms_keys")
          .values(some.map((key_id) => ({ ...key, key_id })))
          .execute();
      if (table === "grants")
        await tx
          .insertInto("kms_grants")
          .values(some.map((grant_id) => ({ ...grants, grant_id })))
          .execute();
      if (table === "aliases")
        await tx
          .insertInto("kms_aliases")
          .values(some.map((name) => ({ account_id: accountId, region, name, key_id: keys.disabled, ...times })))
          .execute();
      if (table === "rotations")
        await tx
          .insertInto("kms_materials")
          .values(some.map((material_id) => ({ ...material, material_id, key_id: keys.enabled, origin: "on-demand" })))
          .execute();
    }
  });
}

const table: Row[] = [
  ...each([...wholeKey, ...cryptographic, "CreateAlias", "UpdateAlias"], "NotFoundException", (name) =>
    ofKey(name, absent),
  ),
  ...each(wholeKey, "InvalidArnException", (name) => ofKey(name, badArn)),
  ...each(onlyEnabled, "DisabledException", (name) => ({
    ...ofKey(name, keys.disabled),
    ...ciphertextOf(name, "disabled"),
  })),
  ...each([...onlyEnabled, ...notPending], "KMSInvalidStateException", (name) => ({
    ...ofKey(name, keys.pending),
    ...ciphertextOf(name, "pending"),
  })),
  ["CancelKeyDeletion", "KMSInvalidStateException", () => ({ KeyId: keys.enabled })],
  ...each([...cryptographic, "CreateGrant", "DescribeKey"], "InvalidGrantTokenException", (name) => ({
    ...ofKey(name, keys.enabled),
    GrantTokens: ["none"],
  })),
  ["RetireGrant", "InvalidGrantTokenException", () => ({ GrantToken: "none" })],
  ...each([...cryptographic, "CreateGrant", "RetireGrant", "RevokeGrant"], "DryRunOperationException", (name) => ({
    ...ofKey(name, keys.enabled),
    DryRun: true,
  })),
  ...each(["ListGrants", "RetireGrant", "RevokeGrant"], "InvalidGrantIdException", () => ({
    KeyId: keys.enabled,
    GrantId: "none",
  })),
  ...each(["RetireGrant", "RevokeGrant"], "NotFoundException", () => ({
    KeyId: keys.enabled,
    GrantId: "0".repeat(64),
  })),
  ...each(["Encrypt", "Decrypt"], "InvalidKeyUsageException", (name) => ({
    ...ofKey(name, keys.enabled),
    EncryptionAlgorithm: "RSAES_OAEP_SHA_256",
  })),
  ...["Source", "Destination"].map(
    (side): Row => [
      "ReEncrypt",
      "InvalidKeyUsageException",
      () => ({ ...ofKey("ReEncrypt", keys.enabled), [`${side}EncryptionAlgorithm`]: "RSAES_OAEP_SHA_1" }),
    ],
  ),
  ["Decrypt", "IncorrectKeyException", () => ({ KeyId: keys.disabled, CiphertextBlob: ciphertexts.enabled })],
  ["ReEncrypt", "IncorrectKeyException", () => ({ ...ofKey("ReEncrypt", keys.enabled), SourceKeyId: keys.disabled })],
  ["Decrypt", "InvalidCiphertextException", () => ({ CiphertextBlob: text })],
  [
    "Decrypt",
    "InvalidCiphertextException",
    () => ({ CiphertextBlob: ciphertexts.enabled, EncryptionContext: { a: "" } }),
  ],
  ["ReEncrypt", "InvalidCiphertextException", () => ({ ...ofKey("ReEncrypt", keys.enabled), CiphertextBlob: text })],
  ...each(
    ["ListAliases", "ListGrants", "ListKeyRotations", "ListKeys", "ListResourceTags"],
    "InvalidMarkerException",
    () => ({
      KeyId: keys.enabled,
      Marker: "none",
    }),
  ),
  ["ListRetirableGrants", "InvalidMarkerException", () => ({ RetiringPrincipal: grantee, Marker: "none" })],
  ["ListRetirableGrants", "InvalidArnException", () => ({ RetiringPrincipal: "arn:aws:iam::x" })],
  ["CreateGrant", "InvalidArnException", () => ({ ...grant(keys.enabled), GranteePrincipal: "arn:aws:iam::x" })],
  ["CreateAlias", "AlreadyExistsException", () => ({ AliasName: "alias/one", TargetKeyId: keys.enabled })],
  ...["one", "alias/", "alias/a b", "alias/aws/mine"].map(
    (AliasName): Row => ["CreateAlias", "InvalidAliasNameException", () => ({ AliasName, TargetKeyId: keys.enabled })],
  ),
  ...each(["UpdateAlias", "DeleteAlias"], "NotFoundException", () => ({
    AliasName: "alias/none",
    TargetKeyId: keys.enabled,
  })),
  ["CreateKey", "MalformedPolicyDocumentException", () => ({ Policy: "{}" })],
  ["PutKeyPolicy", "MalformedPolicyDocumentException", () => ({ KeyId: keys.enabled, Policy: "{" })],
  ["PutKeyPolicy", "NotFoundException", () => ({ KeyId: keys.enabled, Policy: "{}", PolicyName: "other" })],
  ["CreateKey", "TagException", () => ({ Tags: [...tags(1), ...tags(1)] })],
  ["TagResource", "TagException", () => ({ KeyId: keys.enabled, Tags: [{ TagKey: "aws:x", TagValue: "" }] })],
  ["UntagResource", "TagException", () => ({ KeyId: keys.enabled, TagKeys: ["aws:x"] })],
  ["CreateKey", "UnsupportedOperationException", () => ({ KeySpec: "RSA_2048" })],
  ["GenerateRandom", "UnsupportedOperationException", () => ({ NumberOfBytes: 1, CustomKeyStoreId: "cks-1" })],
  ["CreateKey", "LimitExceededException", () => ({ Tags: tags(51) })],
  ["CreateKey", "LimitExceededException", () => ({ Policy: longPolicy })],
  ["PutKeyPolicy", "LimitExceededException", () => ({ KeyId: keys.enabled, Policy: longPolicy })],
  ["TagResource", "LimitExceededException", () => ({ KeyId: keys.enabled, Tags: tags(51) })],
  ["CreateGrant", "LimitExceededException", () => grant(keys.enabled), () => fill("grants")],
  ["CreateAlias", "LimitExceededException", () => ofKey("CreateAlias", keys.disabled), () => fill("aliases")],
  ["UpdateAlias", "LimitExceededException", () => ofKey("UpdateAlias", keys.disabled)],
  ["RotateKeyOnDemand", "LimitExceededException", () => ({ KeyId: keys.enabled }), () => fill("rotations")],
  ["CreateKey", "LimitExceededException", () => ({}), () => fill("keys")],
];

/** What the model names and cannot happen here, by error; or for some operations alone. */
const impossible: Readonly<Record<string, true | readonly string[]>> = {
  // Failures of the service itself, which have one name in all APIs here.
  DependencyTimeoutException: true,
  KMSInternalException: true,
  KMSServiceException: true,
  KeyUnavailableException: true,
  // Custom key stores, imported material and other kinds of keys are not offered.
  CloudHsmClusterInvalidConfigurationException: true,
  CustomKeyStoreInvalidStateException: true,
  CustomKeyStoreNotFoundException: true,
  XksKeyAlreadyInUseException: true,
  XksKeyInvalidConfigurationException: true,
  XksKeyNotFoundException: true,
  UnsupportedOperationException: [
    ...["DisableKeyRotation", "EnableKeyRotation", "GetKeyRotationStatus", "ListKeyRotations", "PutKeyPolicy"],
    "RotateKeyOnDemand",
  ],
  // By the table of key states these succeed in every state.
  KMSInvalidStateException: [
    ...["DeleteAlias", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListKeyPolicies", "ListKeyRotations"],
    ...["PutKeyPolicy", "RetireGrant", "RevokeGrant"],
  ],
  // No ARN is among what it takes.
  InvalidArnException: ["CreateKey"],
  // As many may be enabled as there are.
  LimitExceededException: ["EnableKey"],
  // Changes of a key wait for each other.
  ConflictException: true,
  // Nothing but an ARN of this account is taken.
  NotFoundException: ["ListRetirableGrants"],
  InvalidKeyUsageException: ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
};

describe("Errors of KMS", () => {
  it.each(table.map((row): [string, ...Row] => [`${row[0]}: ${row[1]}`, ...row]))(
    "%s",
    async (_title, name, error, input, before) => {
      await before?.();
      await expect(kms(name, input())).rejects.toMatchObject({ name: error });
    },
  );

  it("do not keep anybody from looking at a key that waits for its deletion, or from changing its policy", async () => {
    const KeyId = keys.pending;
    const { Policy } = await kms("GetKeyPolicy", { KeyId });
    await kms("PutKeyPolicy", { KeyId, Policy });
    for (const name of ["DescribeKey", "GetKeyRotationStatus", "ListGrants", "ListKeyPolicies", "ListKeyRotations"])
      await kms(name, { KeyId });
  });

  it("are all that the model names and that can happen here", () => {
    const met = new Set(table.map(([name, error]) => `${name} ${error}`));
    const missing = kmsService(account).operations.flatMap(({ name }) =>
      namedErrors(name)
        .filter((error) => {
          const excluded = impossible[error];
          return excluded !== true && !excluded?.includes(name) && !met.has(`${name} ${error}`);
        })
        .map((error) => `${name} ${error}`),
    );
    expect(missing).toEqual([]);
  });
});

function namedErrors(operation: string): string[] {
  const commands = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@aws-sdk/client-kms")),
    "../dist-types/commands",
  );
  const declared = readFileSync(path.join(commands, `${operation}Command.d.ts`), "utf8");
  return [...declared.matchAll(/@throws \{@link (\w+)\}/g)].map(([, error]) => error!);
}
