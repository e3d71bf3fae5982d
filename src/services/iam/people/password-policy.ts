import type * as Iam from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import { management } from "../../../audit/event.js";
import { reusePreventionMax } from "../../../identity/people/new-password.js";
import { passwordLengthMax } from "../../../identity/people/password-rules.js";
import type { PeopleTables } from "../../../storage/settings/tables/people.js";
import { type Call, operation } from "../../operation.js";
import { change } from "../entities.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { noSuchEntity } from "../iam-errors.js";

/** Source: the IAM model, `minimumPasswordLengthType` and `maxPasswordAgeType`. */
const lengthMin = { min: 6, max: passwordLengthMax };
const ageDays = { min: 1, max: 1095 };

export const updateAccountPasswordPolicy = (_deps: IamDeps) =>
  operation<Iam.UpdateAccountPasswordPolicyRequest, object>({
    name: "UpdateAccountPasswordPolicy",
    readOnly: false,
    event: management,
    access: () => [{ action: "iam:UpdateAccountPasswordPolicy", resource: "*" }],
    execute: (input, call) => {
      new IamConstraints()
        .range("minimumPasswordLength", input.MinimumPasswordLength, lengthMin)
        .range("maxPasswordAge", input.MaxPasswordAge, ageDays)
        .range("passwordReusePrevention", input.PasswordReusePrevention, { min: 1, max: reusePreventionMax })
        .check("ValidationError");
      const classes = [
        ...(input.RequireLowercaseCharacters ? ["L"] : []),
        ...(input.RequireNumbers ? ["N"] : []),
        ...(input.RequireSymbols ? ["S"] : []),
        ...(input.RequireUppercaseCharacters ? ["U"] : []),
      ].join("");
      // What is not said goes back to its default: a policy is never changed in part.
      const row = {
        length_min: input.MinimumPasswordLength ?? lengthMin.min,
        classes,
        users_may_change: input.AllowUsersToChangePassword ? 1 : 0,
        age_days_max: input.MaxPasswordAge ?? null,
        reuse_prevention: input.PasswordReusePrevention ?? null,
        hard_expiry: input.HardExpiry === undefined ? null : Number(input.HardExpiry),
      };
      return change(call, async (tx) => {
        await tx
          .insertInto("iam_password_policies")
          .values({ account_id: call.accountId, ...row })
          .onConflict((conflict) => conflict.column("account_id").doUpdateSet(row))
          .execute();
        return {};
      });
    },
  });

export const getAccountPasswordPolicy = (deps: IamDeps) =>
  operation<object, Iam.GetAccountPasswordPolicyResponse>({
    name: "GetAccountPasswordPolicy",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetAccountPasswordPolicy", resource: "*" }],
    execute: async (_input, call) => {
      const row = await deps.settings.read
        .selectFrom("iam_password_policies")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .executeTakeFirst();
      if (!row) throw noPolicy(call);
      return { PasswordPolicy: policyOf(row) };
    },
  });

export const deleteAccountPasswordPolicy = (_deps: IamDeps) =>
  operation<object, object>({
    name: "DeleteAccountPasswordPolicy",
    readOnly: false,
    event: management,
    access: () => [{ action: "iam:DeleteAccountPasswordPolicy", resource: "*" }],
    execute: (_input, call) =>
      change(call, async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("iam_password_policies")
          .where("account_id", "=", call.accountId)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noPolicy(call);
        return {};
      }),
  });

function noPolicy(call: Call) {
  return noSuchEntity(`The Password Policy with domain name ${call.accountId} cannot be found.`);
}

function policyOf(row: Selectable<PeopleTables["iam_password_policies"]>): Iam.PasswordPolicy {
  return {
    MinimumPasswordLength: row.length_min,
    RequireSymbols: row.classes.includes("S"),
    RequireNumbers: row.classes.includes("N"),
    RequireUppercaseCharacters: row.classes.includes("U"),
    RequireLowercaseCharacters: row.classes.includes("L"),
    AllowUsersToChangePassword: row.users_may_change === 1,
    ExpirePasswords: row.age_days_max !== null,
    ...(row.age_days_max !== null && { MaxPasswordAge: row.age_days_max }),
    ...(row.reuse_prevention !== null && { PasswordReusePrevention: row.reuse_prevention }),
    ...(row.hard_expiry !== null && { HardExpiry: row.hard_expiry === 1 }),
  };
}
