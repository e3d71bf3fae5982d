import type * as Iam from "@aws-sdk/client-iam";
import { hashNewPassword, PasswordRefused, replacePassword } from "../../../identity/people/new-password.js";
import { passwordRules } from "../../../identity/people/password-rules.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { change, type EntityRow, requireEntity, userNameOrOwn } from "../entities.js";
import { entityOperation } from "../entity-operation.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { entityAlreadyExists, noSuchEntity, passwordPolicyViolation } from "../iam-errors.js";

export const createLoginProfile = (deps: IamDeps) =>
  entityOperation<Iam.CreateLoginProfileRequest, Iam.CreateLoginProfileResponse>(deps, "user", {
    name: "CreateLoginProfile",
    readOnly: false,
    entity: userNameOrOwn,
    execute: async (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints()
        .entityNameText("user", name)
        .required("password", input.Password)
        .password("password", input.Password)
        .check("ValidationError");
      const user = await requireEntity(deps.settings.read, call.accountId, "user", name);
      if (await passwordOf(deps.settings.read, user.entity_id)) throw profileExists(user.name);
      const sealedHash = await hashedFor(deps, user, input.Password!);
      const resetRequired = input.PasswordResetRequired ?? false;
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "user", name);
        // A user of this name made anew meanwhile is somebody else, whom the hash does not fit.
        if (entity_id !== user.entity_id) throw noSuchEntity(`The user with name ${name} cannot be found.`);
        if (await passwordOf(tx, entity_id)) throw profileExists(user.name);
        await tx
          .insertInto("iam_passwords")
          .values({
            user_id: entity_id,
            sealed_hash: sealedHash,
            created_ms: call.nowMs,
            changed_ms: call.nowMs,
            reset_required: resetRequired ? 1 : 0,
            last_used_ms: null,
          })
          .execute();
        return { LoginProfile: profileOf(user.name, call.nowMs, resetRequired) };
      });
    },
  });

export const getLoginProfile = (deps: IamDeps) =>
  entityOperation<Iam.GetLoginProfileRequest, Iam.GetLoginProfileResponse>(deps, "user", {
    name: "GetLoginProfile",
    readOnly: true,
    entity: userNameOrOwn,
    execute: async (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).end();
      const user = await requireEntity(deps.settings.read, call.accountId, "user", name);
      const password = await passwordOf(deps.settings.read, user.entity_id);
      if (!password) throw noLoginProfile(name);
      return { LoginProfile: profileOf(user.name, password.created_ms, password.reset_required === 1) };
    },
  });

export const updateLoginProfile = (deps: IamDeps) =>
  entityOperation<Iam.UpdateLoginProfileRequest, object>(deps, "user", {
    name: "UpdateLoginProfile",
    readOnly: false,
    execute: async (input, call) => {
      const name = input.UserName!;
      new IamConstraints().entityName("user", input).password("password", input.Password).end();
      const { read } = deps.settings;
      const user = await requireEntity(read, call.accountId, "user", name);
      const userId = user.entity_id;
      const present = await passwordOf(read, userId);
      if (!present) throw noLoginProfile(name);
      const resetRequired = input.PasswordResetRequired ?? present.reset_required === 1;
      if (input.Password === undefined)
        return change(call, async (tx) => {
          const { numUpdatedRows } = await tx
            .updateTable("iam_passwords")
            .set({ reset_required: resetRequired ? 1 : 0 })
            .where("user_id", "=", userId)
            .executeTakeFirst();
          if (Number(numUpdatedRows) === 0) throw noLoginProfile(name);
          return {};
        });
      const sealedHash = await hashedFor(deps, user, input.Password);
      return change(call, async (tx) => {
        if (!(await replacePassword(tx, userId, { sealedHash, resetRequired, nowMs: call.nowMs })))
          throw noLoginProfile(name);
        return {};
      });
    },
  });

export const deleteLoginProfile = (deps: IamDeps) =>
  entityOperation<Iam.DeleteLoginProfileRequest, object>(deps, "user", {
    name: "DeleteLoginProfile",
    readOnly: false,
    entity: userNameOrOwn,
    execute: (input, call) => {
      const name = userNameOrOwn(input, call);
      new IamConstraints().entityNameText("user", name).end();
      return change(call, async (tx) => {
        const { entity_id } = await requireEntity(tx, call.accountId, "user", name);
        const { numDeletedRows } = await tx
          .deleteFrom("iam_passwords")
          .where("user_id", "=", entity_id)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noLoginProfile(name);
        await tx.deleteFrom("iam_earlier_passwords").where("user_id", "=", entity_id).execute();
        return {};
      });
    },
  });

export function passwordOf(queries: SettingsQueries, userId: string) {
  return queries.selectFrom("iam_passwords").selectAll().where("user_id", "=", userId).executeTakeFirst();
}

/** @throws ServiceError PasswordPolicyViolation */
export async function hashedFor(deps: IamDeps, user: EntityRow, password: string): Promise<string> {
  const { read } = deps.settings;
  const owner = { accountId: user.account_id, userId: user.entity_id, userName: user.name };
  try {
    const rules = await passwordRules(read, user.account_id);
    return await hashNewPassword(read, deps.people.passwords, rules, owner, password);
  } catch (problem) {
    throw problem instanceof PasswordRefused ? passwordPolicyViolation(problem.message) : problem;
  }
}

export function noLoginProfile(userName: string) {
  return noSuchEntity(`Login Profile for User ${userName} cannot be found.`);
}

function profileExists(userName: string) {
  return entityAlreadyExists(`Login Profile for user ${userName} already exists.`);
}

function profileOf(userName: string, createdMs: number, resetRequired: boolean): Iam.LoginProfile {
  return { UserName: userName, CreateDate: new Date(createdMs), PasswordResetRequired: resetRequired };
}

/** What makes a user impossible to delete, in IAM's words; undefined if nothing here does. */
export async function signInOf(queries: SettingsQueries, userId: string): Promise<string | undefined> {
  if (await passwordOf(queries, userId)) return "Cannot delete entity, must delete login profile first.";
  const device = await queries
    .selectFrom("iam_mfa_devices")
    .select("serial")
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return device && "Cannot delete entity, must delete MFA device first.";
}
