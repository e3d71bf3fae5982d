import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { passwordExpiresMs, passwordRules } from "../../../identity/people/password-rules.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { type Call, operation } from "../../operation.js";
import { change } from "../entities.js";
import type { IamDeps } from "../iam-deps.js";
import { credentialReportExpired, credentialReportNotPresent } from "../iam-errors.js";

/** As with AWS: what is older must be generated again. */
const reportAgeMsMax = 4 * 60 * 60_000;

/** The report is made at once, and anew each time; AWS begins it, and gives the same one for four hours. */
export const generateCredentialReport = (deps: IamDeps) =>
  operation<object, Iam.GenerateCredentialReportResponse>({
    name: "GenerateCredentialReport",
    // As CloudTrail classes it, though a report is kept.
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GenerateCredentialReport", resource: "*" }],
    execute: async (_input, call) => {
      const content = await reportOf(deps.settings.read, call);
      const row = { generated_ms: call.nowMs, content };
      return change(call, async (tx) => {
        await tx
          .insertInto("iam_credential_reports")
          .values({ account_id: call.accountId, ...row })
          .onConflict((conflict) => conflict.column("account_id").doUpdateSet(row))
          .execute();
        return { State: "COMPLETE" as const };
      });
    },
  });

export const getCredentialReport = (deps: IamDeps) =>
  operation<object, Iam.GetCredentialReportResponse>({
    name: "GetCredentialReport",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetCredentialReport", resource: "*" }],
    execute: async (_input, call) => {
      const row = await deps.settings.read
        .selectFrom("iam_credential_reports")
        .select(["generated_ms", "content"])
        .where("account_id", "=", call.accountId)
        .executeTakeFirst();
      if (!row) throw credentialReportNotPresent("No report exists for this account.");
      if (call.nowMs - row.generated_ms > reportAgeMsMax)
        throw credentialReportExpired("The most recent credential report has expired. Generate a new one.");
      return {
        Content: Buffer.from(row.content, "utf8"),
        ReportFormat: "text/csv" as const,
        GeneratedTime: new Date(row.generated_ms),
      };
    },
  });

const keyColumns = (number: 1 | 2) =>
  ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"].map(
    (what) => `access_key_${number}_${what}`,
  );

/** Source: IAM User Guide, "Generate credential reports for your AWS account". */
const columns = [
  ...["user", "arn", "user_creation_time"],
  ...["password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active"],
  ...keyColumns(1),
  ...keyColumns(2),
  ...["cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info"],
];

const none = "N/A";
const noCertificates = ["false", none, "false", none, none];

interface KeyFacts {
  readonly owner_id: string;
  readonly status: string;
  readonly created_ms: number;
  readonly used_ms: number | null;
  readonly region: string | null;
  readonly service: string | null;
}

async function reportOf(queries: SettingsQueries, call: Call): Promise<string> {
  const { accountId } = call;
  const rules = await passwordRules(queries, accountId);
  const users = await queries
    .selectFrom("iam_entities as user")
    .leftJoin("iam_passwords as password", "password.user_id", "user.entity_id")
    .select(["entity_id", "name", "arn", "user.created_ms", "sealed_hash", "changed_ms", "last_used_ms"])
    .where("account_id", "=", accountId)
    .where("kind", "=", "user")
    .orderBy("name_lower")
    .execute();
  const devices = await queries
    .selectFrom("iam_mfa_devices")
    .select("user_id")
    .where("account_id", "=", accountId)
    .where("user_id", "is not", null)
    .execute();
  const withDevice = new Set(devices.map((row) => row.user_id));
  const keys = await queries
    .selectFrom("iam_access_keys as key")
    .leftJoin("iam_key_uses as use", "use.access_key_id", "key.access_key_id")
    .select(["owner_id", "status", "created_ms", "used_ms", "region", "service"])
    .where("account_id", "=", accountId)
    .orderBy("created_ms")
    .orderBy("key.access_key_id")
    .execute();
  const keysOf = new Map<string, KeyFacts[]>();
  for (const key of keys) keysOf.set(key.owner_id, [...(keysOf.get(key.owner_id) ?? []), key]);

  const root = [
    ...["<root_account>", `arn:aws:iam::${accountId}:root`],
    // Nobody made the root user, and its key is its only credential here.
    ...[none, "false", none, none, none, "false"],
    ...keyFields(keysOf.get(accountId)),
    ...noCertificates,
  ];
  const lines = users.map((user) => {
    const expiresMs = user.changed_ms === null ? undefined : passwordExpiresMs(rules, user.changed_ms);
    const password =
      user.sealed_hash === null
        ? ["false", none, none, none]
        : [
            "true",
            user.last_used_ms === null ? "no_information" : isoTime(user.last_used_ms),
            isoTime(user.changed_ms!),
            expiresMs === undefined ? none : isoTime(expiresMs),
          ];
    return [
      ...[user.name, user.arn, isoTime(user.created_ms)],
      ...password,
      String(withDevice.has(user.entity_id)),
      ...keyFields(keysOf.get(user.entity_id)),
      ...noCertificates,
    ];
  });
  return [columns, root, ...lines].map((line) => line.map(csvField).join(",")).join("\n");
}

function keyFields(keys: readonly KeyFacts[] = []): string[] {
  return [keys[0], keys[1]].flatMap((key) =>
    key === undefined
      ? ["false", none, none, none, none]
      : [
          String(key.status === "Active"),
          isoTime(key.created_ms),
          key.used_ms === null ? none : isoTime(key.used_ms),
          key.region ?? none,
          key.service ?? none,
        ],
  );
}

function isoTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}+00:00`;
}

/**
 * Names hold no line breaks and quotes, but may hold commas, and begin like a formula of a spreadsheet: `=`, `+`, `-`, `@`.
 * AWS's report leaves those as they are, and programs read it, so it is quoted and not changed.
 */
function csvField(text: string): string {
  return /[,"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
