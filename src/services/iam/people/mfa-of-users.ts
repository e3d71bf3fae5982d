import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import type { MfaDeviceRow } from "../../../identity/people/mfa.js";
import { timeOfCodes } from "../../../identity/people/totp.js";
import { type Call, operation } from "../../operation.js";
import { change, entityAccess, entityResources, requireEntity, userNameOrOwn } from "../entities.js";
import { entityOperation } from "../entity-operation.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { entityAlreadyExists, invalidAuthenticationCode, limitExceeded, noSuchEntity } from "../iam-errors.js";
import { pageOf, pageStart } from "../listing.js";
import { requireDevice } from "./mfa-devices.js";

const devicesPerUserMax = 8;

export const enableMfaDevice = (deps: IamDeps) =>
  entityOperation<Iam.EnableMFADeviceRequest, object>(deps, "user", {
    name: "EnableMFADevice",
    readOnly: false,
    execute: (input, call) => {
      checkCodes(input);
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", input.UserName!);
        const device = await requireDevice(tx, call.accountId, input.SerialNumber!);
        if (device.user_id !== null)
          throw entityAlreadyExists(`MFADevice with serial number ${device.serial} is already in use.`);
        if ((await deps.people.codes.devicesOf(tx, user.entity_id)).length >= devicesPerUserMax)
          throw limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${devicesPerUserMax}`);
        await tx
          .updateTable("iam_mfa_devices")
          .set({ user_id: user.entity_id, enabled_ms: call.nowMs, ...timeOf(deps, device, input, call) })
          .where("serial", "=", device.serial)
          .execute();
        return {};
      });
    },
    recordedRequest: recordedWithoutCodes,
  });

export const resyncMfaDevice = (deps: IamDeps) =>
  entityOperation<Iam.ResyncMFADeviceRequest, object>(deps, "user", {
    name: "ResyncMFADevice",
    readOnly: false,
    execute: (input, call) => {
      checkCodes(input);
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", input.UserName!);
        const device = ofUser(await requireDevice(tx, call.accountId, input.SerialNumber!), user.entity_id);
        await tx
          .updateTable("iam_mfa_devices")
          .set(timeOf(deps, device, input, call))
          .where("serial", "=", device.serial)
          .execute();
        return {};
      });
    },
    recordedRequest: recordedWithoutCodes,
  });

/** The device stays, with its seed, until it is deleted; it may be enabled again. */
export const deactivateMfaDevice = (deps: IamDeps) =>
  entityOperation<Iam.DeactivateMFADeviceRequest, object>(deps, "user", {
    name: "DeactivateMFADevice",
    readOnly: false,
    entity: userNameOrOwn,
    execute: (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).serialNumber(input.SerialNumber).end();
      return change(call, async (tx) => {
        const user = await requireEntity(tx, call.accountId, "user", name);
        const { serial } = ofUser(await requireDevice(tx, call.accountId, input.SerialNumber!), user.entity_id);
        await tx
          .updateTable("iam_mfa_devices")
          .set({ user_id: null, enabled_ms: null })
          .where("serial", "=", serial)
          .execute();
        return {};
      });
    },
  });

export const listMfaDevices = (deps: IamDeps) =>
  operation<Iam.ListMFADevicesRequest, Iam.ListMFADevicesResponse>({
    name: "ListMFADevices",
    readOnly: true,
    event: management,
    access: async (input, call) => {
      if (input.UserName === undefined && call.caller.kind === "root")
        return [{ action: "iam:ListMFADevices", resource: call.caller.arn }];
      return entityAccess(deps, call, "user", userNameOrOwn(input, call), "ListMFADevices");
    },
    execute: async (input, call) => {
      new IamConstraints().listing(input).end();
      // The root user signs with its key alone: it has no devices.
      if (input.UserName === undefined && call.caller.kind === "root") return { MFADevices: [], IsTruncated: false };
      const { read } = deps.settings;
      const user = await requireEntity(read, call.accountId, "user", userNameOrOwn(input, call));
      const { after, fetch } = pageStart(input);
      const devices = (await deps.people.codes.devicesOf(read, user.entity_id)).filter((row) => row.serial > after);
      const { items, page } = pageOf(devices.slice(0, fetch), input, (row) => row.serial);
      return {
        MFADevices: items.map((row) => ({
          UserName: user.name,
          SerialNumber: row.serial,
          EnableDate: new Date(row.enabled_ms!),
        })),
        ...page,
      };
    },
    resources: (input, call) => entityResources("user", input.UserName ?? "", call),
  });

export const getMfaDevice = (deps: IamDeps) =>
  operation<Iam.GetMFADeviceRequest, Iam.GetMFADeviceResponse>({
    name: "GetMFADevice",
    readOnly: true,
    event: management,
    access: async (input, call) => {
      if (input.UserName === undefined && call.caller.kind === "root")
        return [{ action: "iam:GetMFADevice", resource: call.caller.arn }];
      return entityAccess(deps, call, "user", userNameOrOwn(input, call), "GetMFADevice");
    },
    execute: async (input, call) => {
      new IamConstraints().serialNumber(input.SerialNumber).end();
      const { read } = deps.settings;
      const device = await requireDevice(read, call.accountId, input.SerialNumber!);
      const { serial, user_id, enabled_ms } = device;
      const anyone = input.UserName === undefined && call.caller.kind === "root";
      if (!anyone) {
        const user = await requireEntity(read, call.accountId, "user", userNameOrOwn(input, call));
        ofUser(device, user.entity_id);
      }
      if (user_id === null || enabled_ms === null) return { SerialNumber: serial };
      const { name } = await read
        .selectFrom("iam_entities")
        .select("name")
        .where("entity_id", "=", user_id)
        .executeTakeFirstOrThrow();
      return { UserName: name, SerialNumber: serial, EnableDate: new Date(enabled_ms) };
    },
  });

type Codes = Pick<
  Iam.EnableMFADeviceRequest,
  "UserName" | "SerialNumber" | "AuthenticationCode1" | "AuthenticationCode2"
>;

function checkCodes(input: Codes): void {
  new IamConstraints()
    .entityName("user", input)
    .serialNumber(input.SerialNumber)
    .mfaCode("authenticationCode1", input.AuthenticationCode1)
    .mfaCode("authenticationCode2", input.AuthenticationCode2)
    .end();
}

/** @throws ServiceError InvalidAuthenticationCode */
function timeOf(deps: IamDeps, device: MfaDeviceRow, input: Codes, call: Call) {
  const codes = [input.AuthenticationCode1!, input.AuthenticationCode2!] as const;
  const time = timeOfCodes(deps.people.codes.seedOf(device), codes, device.used_step, call.nowMs);
  if (!time) throw invalidAuthenticationCode("Authentication code for device is not valid.");
  return { drift_steps: time.driftSteps, used_step: time.usedStep };
}

/** @throws ServiceError NoSuchEntity unless it is the user's. */
function ofUser(device: MfaDeviceRow, userId: string): MfaDeviceRow {
  if (device.user_id !== userId) throw noSuchEntity("MFA Device invalid for user.");
  return device;
}

/** Codes are worth nothing soon; the record does without them all the same. */
function recordedWithoutCodes({ UserName, SerialNumber }: Codes) {
  return { userName: UserName, serialNumber: SerialNumber };
}
