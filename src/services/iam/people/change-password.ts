import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { replacePassword } from "../../../identity/people/new-password.js";
import { passwordRules } from "../../../identity/people/password-rules.js";
import { passwordAttemptsOf } from "../../../identity/people/people.js";
import { operation } from "../../operation.js";
import { accessDenied } from "../../service-error.js";
import { change, entityAccess, requireEntity } from "../entities.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { invalidUserType } from "../iam-errors.js";
import { hashedFor, noLoginProfile, passwordOf } from "./login-profiles.js";

export const changePassword = (deps: IamDeps) =>
  operation<Iam.ChangePasswordRequest, object>({
    name: "ChangePassword",
    readOnly: false,
    event: management,
    access: async (_input, call) => {
      if (call.caller.kind !== "user") throw onlyUsers();
      // The account may let everybody change their own.
      if ((await passwordRules(deps.settings.read, call.accountId)).usersMayChange) return [];
      return entityAccess(deps, call, "user", call.caller.userName, "ChangePassword");
    },
    execute: async (input, call) => {
      if (call.caller.kind !== "user") throw onlyUsers();
      const { OldPassword, NewPassword } = input;
      new IamConstraints().password("oldPassword", OldPassword).password("newPassword", NewPassword).end();
      const { passwords, attempts } = deps.people;
      const { read } = deps.settings;
      const user = await requireEntity(read, call.accountId, "user", call.caller.userName);
      const userId = user.entity_id;
      const present = await passwordOf(read, userId);
      if (!present) throw noLoginProfile(user.name);
      const who = passwordAttemptsOf(call.accountId, user.name);
      attempts.users.begin(who);
      if (!(await passwords.matches({ userId, sealed: present.sealed_hash }, OldPassword!)))
        throw accessDenied("The old password was incorrect.");
      const sealedHash = await hashedFor(deps, user, NewPassword!);
      attempts.users.forget(who);
      return change(call, async (tx) => {
        if ((await passwordOf(tx, userId))?.sealed_hash !== present.sealed_hash)
          throw accessDenied("The old password was incorrect.");
        await replacePassword(tx, userId, { sealedHash, resetRequired: false, nowMs: call.nowMs });
        return {};
      });
    },
    recordedRequest: () => null,
  });

function onlyUsers() {
  return invalidUserType("Only IAM Users can change their own password");
}
