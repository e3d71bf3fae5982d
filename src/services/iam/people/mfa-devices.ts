import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import type { MfaDeviceRow } from "../../../identity/people/mfa.js";
import { pngOf } from "../../../identity/people/png.js";
import { qrCodeOf } from "../../../identity/people/qr-code.js";
import { base32Of } from "../../../identity/people/totp.js";
import { mfaSeedContext } from "../../../identity/sealed-columns.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { type Call, operation } from "../../operation.js";
import { change, requestTagConditions, resourceTagConditions, tagsOf } from "../entities.js";
import { checkTagKeys, IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "../iam-errors.js";
import { pageOf, pageStart } from "../listing.js";
import { writeTags } from "../tags.js";

/** 64 characters of base32, as AWS's seeds have. */
const seedBytes = 40;
const nameLengthMax = 226;
/** AWS: as many as users. */
const devicesPerAccountMax = 5000;

export const createVirtualMfaDevice = (deps: IamDeps) =>
  operation<Iam.CreateVirtualMFADeviceRequest, Iam.CreateVirtualMFADeviceResponse>({
    name: "CreateVirtualMFADevice",
    readOnly: false,
    event: management,
    access: (input, call) => {
      const access = { resource: serialOf(call, input), conditions: requestTagConditions(input.Tags) };
      const create = { action: "iam:CreateVirtualMFADevice", ...access };
      return input.Tags && input.Tags.length > 0 ? [create, { action: "iam:TagMFADevice", ...access }] : [create];
    },
    execute: (input, call) => {
      const name = input.VirtualMFADeviceName!;
      new IamConstraints()
        .length("virtualMFADeviceName", name, { min: 1, max: nameLengthMax })
        .pattern("virtualMFADeviceName", name, /^[\w+=,.@-]+$/)
        .check("ValidationError");
      new IamConstraints().path(input.Path).tags(input.Tags).end();
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const serial = serialOf(call, input);
      const seed = deps.environment.ids.bytes(seedBytes);
      const row: MfaDeviceRow = {
        serial,
        account_id: call.accountId,
        name,
        sealed_seed: deps.vault.seal(seed, mfaSeedContext(serial)),
        created_ms: call.nowMs,
        user_id: null,
        enabled_ms: null,
        drift_steps: 0,
        used_step: 0,
      };
      return change(call, async (tx) => {
        if (await findDevice(tx, call.accountId, serial))
          throw entityAlreadyExists("MFADevice entity at the same path and name already exists.");
        const { count } = await tx
          .selectFrom("iam_mfa_devices")
          .select((query) => query.fn.countAll().as("count"))
          .where("account_id", "=", call.accountId)
          .executeTakeFirstOrThrow();
        if (Number(count) >= devicesPerAccountMax)
          throw limitExceeded(`Cannot exceed quota for VirtualMFADevices: ${devicesPerAccountMax}`);
        const alias = await tx
          .selectFrom("iam_account_aliases")
          .select("alias")
          .where("account_id", "=", call.accountId)
          .executeTakeFirst();
        await tx.insertInto("iam_mfa_devices").values(row).execute();
        await writeTags(tx, serial, tags);
        const text = base32Of(seed);
        const label = `${encodeURIComponent(name)}@${alias?.alias ?? call.accountId}`;
        return {
          VirtualMFADevice: {
            SerialNumber: serial,
            Base32StringSeed: Buffer.from(text, "latin1"),
            QRCodePNG: pngOf(qrCodeOf(`otpauth://totp/${label}?secret=${text}`)),
            ...(tags.length > 0 && { Tags: tags as Iam.Tag[] }),
          },
        };
      });
    },
    // The seed, as text and as picture, is told once and to the caller alone.
    recordedResponse: ({ VirtualMFADevice }) => ({
      virtualMFADevice: { serialNumber: VirtualMFADevice?.SerialNumber },
    }),
    resources: (input, call) => deviceResources(serialOf(call, input)),
  });

export const deleteVirtualMfaDevice = (deps: IamDeps) =>
  operation<Iam.DeleteVirtualMFADeviceRequest, object>({
    name: "DeleteVirtualMFADevice",
    readOnly: false,
    event: management,
    access: (input, call) => deviceAccess(deps, call, input.SerialNumber ?? "", "DeleteVirtualMFADevice"),
    execute: (input, call) => {
      new IamConstraints().serialNumber(input.SerialNumber).end();
      return change(call, async (tx) => {
        const { serial, user_id } = await requireDevice(tx, call.accountId, input.SerialNumber!);
        if (user_id !== null) throw deleteConflict("MFA VirtualDevice in use. Must deactivate first.");
        await tx.deleteFrom("iam_tags").where("entity_id", "=", serial).execute();
        await tx.deleteFrom("iam_mfa_devices").where("serial", "=", serial).execute();
        return {};
      });
    },
    resources: (input) => deviceResources(input.SerialNumber),
  });

export const listVirtualMfaDevices = (deps: IamDeps) =>
  operation<Iam.ListVirtualMFADevicesRequest, Iam.ListVirtualMFADevicesResponse>({
    name: "ListVirtualMFADevices",
    readOnly: true,
    event: management,
    access: (_input, call) => [
      { action: "iam:ListVirtualMFADevices", resource: `arn:aws:iam::${call.accountId}:mfa/*` },
    ],
    execute: async (input, call) => {
      new IamConstraints()
        .listing(input)
        .oneOf("assignmentStatus", input.AssignmentStatus, ["Assigned", "Unassigned", "Any"])
        .check("ValidationError");
      const { after, fetch } = pageStart(input);
      const status = input.AssignmentStatus ?? "Any";
      const rows = await deps.settings.read
        .selectFrom("iam_mfa_devices as device")
        .leftJoin("iam_entities as user", "user.entity_id", "device.user_id")
        .select(["serial", "enabled_ms", "user_id", "user.name", "user.path", "user.arn", "user.created_ms"])
        .where("device.account_id", "=", call.accountId)
        .where("serial", ">", after)
        .$if(status !== "Any", (query) => query.where("user_id", status === "Assigned" ? "is not" : "is", null))
        .orderBy("serial")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.serial);
      const devices = items.map((row) => ({
        SerialNumber: row.serial,
        ...(row.enabled_ms !== null && { EnableDate: new Date(row.enabled_ms) }),
        ...(row.user_id !== null && {
          User: {
            Path: row.path!,
            UserName: row.name!,
            UserId: row.user_id,
            Arn: row.arn!,
            CreateDate: new Date(row.created_ms!),
          },
        }),
      }));
      return { VirtualMFADevices: devices, ...page };
    },
  });

function serialOf(call: Call, input: Iam.CreateVirtualMFADeviceRequest): string {
  return `arn:aws:iam::${call.accountId}:mfa${input.Path ?? "/"}${input.VirtualMFADeviceName ?? ""}`;
}

function findDevice(queries: SettingsQueries, accountId: string, serial: string): Promise<MfaDeviceRow | undefined> {
  return queries
    .selectFrom("iam_mfa_devices")
    .selectAll()
    .where("serial", "=", serial)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** @throws ServiceError NoSuchEntity */
export async function requireDevice(queries: SettingsQueries, accountId: string, serial: string) {
  const device = await findDevice(queries, accountId, serial);
  if (!device) throw noSuchEntity(`VirtualMFADevice with serial number ${serial} doesn't exist.`);
  return device;
}

export async function deviceAccess(deps: IamDeps, call: Call, serial: string, action: string) {
  const device = await findDevice(deps.settings.read, call.accountId, serial);
  const tags = device ? await tagsOf(deps.settings.read, device.serial) : [];
  return [{ action: `iam:${action}`, resource: serial, conditions: resourceTagConditions(tags) }];
}

export function deviceResources(serial: string | undefined) {
  return serial === undefined
    ? []
    : [{ type: "AWS::IAM::VirtualMFADevice", name: serial.split("/").at(-1)!, arn: serial }];
}
