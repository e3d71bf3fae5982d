import { management } from "../../audit/event.js";
import type { UserCaller } from "../../identity/caller.js";
import { hashNewPassword, PasswordRefused, replacePassword } from "../../identity/people/new-password.js";
import { type PasswordRules, passwordExpiresMs, passwordRules } from "../../identity/people/password-rules.js";
import { addressAttemptsOf, passwordAttemptsOf } from "../../identity/people/people.js";
import { extensionRoute } from "../extension-route.js";
import type { ForeignRoute } from "../foreign-route.js";
import { type Call, operation } from "../operation.js";
import { ServiceError, validationError } from "../service-error.js";
import { findPerson, type Person } from "./find-person.js";
import { type ConsoleLoginInput, readInput } from "./login-input.js";
import { codeRequired, failedAuthentication, passwordChangeRequired, passwordExpired } from "./login-refusals.js";
import type { SigninDeps } from "./signin-deps.js";

/**
 * Extension of ours: exchanges a person's name, password and code for temporary credentials of that user. Nothing
 * signs the call. The order matters: limits, then the password (which takes as long for a user who is not there),
 * then everything that only who knows the password may learn. A code counts as used only if all the rest is right.
 */
export const consoleLogin = (deps: SigninDeps): ForeignRoute =>
  extensionRoute(
    operation<unknown, unknown>({
      name: "ConsoleLogin",
      readOnly: false,
      event: management,
      anonymousAllowed: true,
      signsIn: true,
      access: () => [],
      recordedRequest: () => null,

      async execute(body, call) {
        const input = readInput(body);
        const person = await findPerson(deps.settings.read, input, call.accountId);
        noteAttempt(call, person, "ConsoleLogin");
        await provePassword(deps, call, input, person);
        const { user, password } = person as Required<Person>;
        const rules = await passwordRules(deps.settings.read, user.accountId);
        demandPasswordInForce(rules, password, input, call);
        const devices = await deps.people.codes.devicesOf(deps.settings.read, user.userId);
        const code = devices.length === 0 ? undefined : mfaCode(deps, call, input, person, devices);
        const sealedHash =
          input.NewPassword === undefined ? undefined : await newHash(deps, rules, user, input.NewPassword);

        const session = deps.sessions.issue({
          holder: { kind: "user", ...user, ...(code && { mfaAuthenticated: true }) },
          lifetimeSeconds: input.DurationSeconds,
        });
        const caller: UserCaller = { kind: "user", ...user, accessKeyId: session.accessKeyId };
        call.noteSignIn?.({ eventName: "ConsoleLogin", accountId: user.accountId, caller });
        call.note({
          ...(code && { MFAUsed: "Yes", MFAIdentifier: code.serial }),
          ...(sealedHash !== undefined && { PasswordUpdated: "Yes" }),
        });
        return call.commit(async (tx) => {
          // Of two calls with one code the second is refused, and so is one whose password was changed meanwhile.
          if (code && !(await deps.people.codes.use(tx, code))) throw failedAuthentication(user);
          const { numUpdatedRows } = await tx
            .updateTable("iam_passwords")
            .set({ last_used_ms: call.nowMs })
            .where("user_id", "=", user.userId)
            .where("sealed_hash", "=", password.sealed_hash)
            .executeTakeFirst();
          if (Number(numUpdatedRows) === 0) throw failedAuthentication(user);
          if (sealedHash !== undefined)
            await replacePassword(tx, user.userId, { sealedHash, resetRequired: false, nowMs: call.nowMs });
          return answerOf(user, session, passwordExpiresMs(rules, sealedHash ? call.nowMs : password.changed_ms));
        });
      },
    }),
  );

function noteAttempt(call: Call, { recordedIn, user }: Person, eventName: "ConsoleLogin" | "CheckMfa"): void {
  call.noteSignIn?.({ eventName, accountId: recordedIn, ...(user && { userName: user.userName }) });
  const scheme = call.secureTransport ? "https" : "http";
  call.note({ LoginTo: `${scheme}://${call.host}/console/`, MobileVersion: "No", MFAUsed: "No" });
}

/** @throws ServiceError the same one whatever was wrong; TooManyAttempts */
async function provePassword(deps: SigninDeps, call: Call, input: ConsoleLoginInput, person: Person): Promise<void> {
  const { attempts, passwords } = deps.people;
  const who = passwordAttemptsOf(person.accountId, input.UserName);
  const address = addressAttemptsOf(call.sourceIpAddress);
  attempts.addresses.begin(address);
  attempts.users.begin(who);
  const { user, password } = person;
  const proof = user && password && { userId: user.userId, sealed: password.sealed_hash };
  if (!(await passwords.matches(proof, input.Password))) throw failedAuthentication(user);
  attempts.addresses.takeBack(address);
  attempts.users.forget(who);
}

/** A password that must be changed opens nothing but its own change. */
function demandPasswordInForce(
  rules: PasswordRules,
  password: Required<Person>["password"],
  input: ConsoleLoginInput,
  call: Call,
): void {
  const expiresMs = passwordExpiresMs(rules, password.changed_ms);
  const expired = expiresMs !== undefined && expiresMs <= call.nowMs;
  if (expired && rules.hardExpiry) throw passwordExpired();
  const mustChange = expired || password.reset_required === 1;
  if (mustChange && input.NewPassword === undefined) throw passwordChangeRequired();
  if (!mustChange && input.NewPassword !== undefined)
    throw validationError("NewPassword is for a password that must be changed. Call ChangePassword.");
}

function mfaCode(
  deps: SigninDeps,
  call: Call,
  input: ConsoleLoginInput,
  person: Person,
  devices: Parameters<SigninDeps["people"]["codes"]["find"]>[1],
) {
  if (input.MFACode === undefined) {
    noteAttempt(call, person, "CheckMfa");
    call.note({ MfaType: devices.length > 1 ? "Multiple MFA Devices" : "Virtual MFA" });
    throw codeRequired();
  }
  call.note({ MFAUsed: "Yes" });
  const code = deps.people.codes.find(person.user!.userId, devices, input.MFACode);
  if (!code) throw failedAuthentication(person.user);
  return code;
}

async function newHash(deps: SigninDeps, rules: PasswordRules, user: Required<Person>["user"], password: string) {
  try {
    return await hashNewPassword(deps.settings.read, deps.people.passwords, rules, user, password);
  } catch (problem) {
    if (problem instanceof PasswordRefused) throw new ServiceError("PasswordPolicyViolation", problem.message);
    throw problem;
  }
}

function answerOf(
  user: Required<Person>["user"],
  session: ReturnType<SigninDeps["sessions"]["issue"]>,
  expiresMs: number | undefined,
) {
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiration.getTime() / 1000,
    },
    Account: user.accountId,
    Arn: user.arn,
    UserName: user.userName,
    ...(expiresMs !== undefined && { PasswordExpiration: Math.floor(expiresMs / 1000) }),
  };
}
