import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../identity/caller.js";
import { codeOf, stepMs } from "../../identity/people/totp.js";
import { Sessions } from "../../identity/sessions.js";
import type { Service } from "../operation.js";
import { accountId, openTestAccount, type TestAccount } from "../test-account.fixture.js";
import { signinService } from "./service.js";

const dayMs = 86_400_000;
const nobody: Caller = { kind: "anonymous" };
const first = "First-passw0rd";
const second = "Second-passw0rd";

let account: TestAccount;
let service: Service;

beforeEach(async () => {
  account = await openTestAccount();
  const { settings, people, vault, environment } = account;
  const signin = signinService({ settings, people, sessions: new Sessions(vault, environment) });
  service = { ...signin, operations: signin.foreignRoutes!.map((route) => route.operation) };
  await settings.transact(async (tx) => {
    const ann = { entity_id: "AIDAANN", account_id: accountId, kind: "user", name: "ann", name_lower: "ann" } as const;
    const others = { boundary_arn: null, description: null, max_session_seconds: null, trust_policy: null };
    const where = { path: "/", arn: `arn:aws:iam::${accountId}:user/ann`, created_ms: 0 };
    await tx
      .insertInto("iam_entities")
      .values({ ...ann, ...where, ...others })
      .execute();
    await tx
      .insertInto("iam_passwords")
      .values({
        user_id: "AIDAANN",
        sealed_hash: await people.passwords.hash("AIDAANN", first),
        created_ms: environment.clock.nowMs(),
        changed_ms: environment.clock.nowMs(),
        reset_required: 0,
        last_used_ms: null,
      })
      .execute();
  });
});
afterEach(() => account.close());

const signIn = (input: object = {}) =>
  account.run(service, "ConsoleLogin", { Account: accountId, UserName: "ann", Password: first, ...input }, nobody);
const codeOfFailure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (problem) => problem.code ?? problem.name,
  );

function setPolicy(policy: { age_days_max?: number; reuse_prevention?: number; hard_expiry?: number }) {
  return account.settings.transact(async (tx) => {
    const row = { account_id: accountId, length_min: 8, classes: "", users_may_change: 0 };
    const others = { age_days_max: null, reuse_prevention: null, hard_expiry: null };
    await tx
      .insertInto("iam_password_policies")
      .values({ ...row, ...others, ...policy })
      .execute();
  });
}

describe("a password's age", () => {
  it("is told, and when it is over the password opens nothing but its own change", async () => {
    await setPolicy({ age_days_max: 30, reuse_prevention: 2 });
    const nowMs = account.environment.clock.nowMs();
    expect((await signIn()).PasswordExpiration).toBe((nowMs + 30 * dayMs) / 1000);
    expect(await codeOfFailure(signIn({ NewPassword: second }))).toBe("ValidationException");
    account.advance(30 * dayMs);
    expect(await codeOfFailure(signIn())).toBe("PasswordChangeRequired");
    expect(await codeOfFailure(signIn({ NewPassword: first }))).toBe("PasswordPolicyViolation");
    const changed = await signIn({ NewPassword: second });
    expect(changed.PasswordExpiration).toBe((nowMs + 60 * dayMs) / 1000);
    expect(await codeOfFailure(signIn())).toBe("AccessDeniedException");
    account.advance(30 * dayMs);
    // The one before the present one is remembered, too.
    expect(await codeOfFailure(signIn({ Password: second, NewPassword: first }))).toBe("PasswordPolicyViolation");
    await signIn({ Password: second, NewPassword: "Third-passw0rd" });
    account.advance(30 * dayMs);
    await signIn({ Password: "Third-passw0rd", NewPassword: first });
  });

  it("is final where the account says so", async () => {
    await setPolicy({ age_days_max: 30, hard_expiry: 1 });
    account.advance(30 * dayMs);
    expect(await codeOfFailure(signIn({ NewPassword: second }))).toBe("PasswordExpired");
    expect(await codeOfFailure(signIn({ Password: "wrong", NewPassword: second }))).toBe("AccessDeniedException");
  });
});

describe("a code", () => {
  const seed = Buffer.from("12345678901234567890");
  const code = () => codeOf(seed, Math.floor(account.environment.clock.nowMs() / stepMs));

  beforeEach(() =>
    account.settings.transact(async (tx) => {
      const serial = `arn:aws:iam::${accountId}:mfa/ann`;
      await tx
        .insertInto("iam_mfa_devices")
        .values({
          serial,
          account_id: accountId,
          name: "ann",
          sealed_seed: account.vault.seal(seed, `mfa:${serial}`),
          created_ms: 0,
          user_id: "AIDAANN",
          enabled_ms: 0,
          drift_steps: 0,
          used_step: 0,
        })
        .execute();
    }),
  );

  it("is asked for only after the right password, and good for one sign-in of those made at once", async () => {
    expect(await codeOfFailure(signIn())).toBe("MultiFactorAuthRequired");
    expect(await codeOfFailure(signIn({ Password: "wrong" }))).toBe("AccessDeniedException");
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => codeOfFailure(signIn({ MFACode: code() }))));
    expect(outcomes.sort()).toEqual(["AccessDeniedException", "AccessDeniedException", "no failure"]);
    account.advance(stepMs);
    await signIn({ MFACode: code() });
  });

  it("is not used up by a call that is refused for another reason", async () => {
    await account.settings.transact((tx) => tx.updateTable("iam_passwords").set({ reset_required: 1 }).execute());
    const MFACode = code();
    expect(await codeOfFailure(signIn({ MFACode }))).toBe("PasswordChangeRequired");
    expect(await codeOfFailure(signIn({ MFACode, NewPassword: "short" }))).toBe("PasswordPolicyViolation");
    await signIn({ MFACode, NewPassword: second });
  });

  it("cannot be guessed: who knows the password is slowed down like others", async () => {
    const wrong = code() === "000000" ? "000001" : "000000";
    const guess = () => codeOfFailure(signIn({ MFACode: wrong }));
    const outcomes = [];
    for (let i = 0; i < 7; i++) outcomes.push(await guess());
    expect(outcomes).toEqual([...new Array(5).fill("AccessDeniedException"), "TooManyAttempts", "TooManyAttempts"]);
    account.advance(60_000);
    await signIn({ MFACode: code() });
  });
});

describe("a session", () => {
  it("is the user's, as long as asked for within limits, and of an account named by number or alias", async () => {
    await account.settings.transact((tx) =>
      tx.insertInto("iam_account_aliases").values({ account_id: accountId, alias: "the-lab" }).execute(),
    );
    const { Credentials, Arn } = await signIn({ Account: "the-lab", UserName: "ANN", DurationSeconds: 900 });
    expect(Arn).toBe(`arn:aws:iam::${accountId}:user/ann`);
    expect(Credentials.Expiration).toBe(account.environment.clock.nowMs() / 1000 + 900);
    const session = new Sessions(account.vault, account.environment).open(
      Credentials.AccessKeyId,
      Credentials.SessionToken,
    );
    expect(session?.caller).toMatchObject({ kind: "user", userName: "ann", userId: "AIDAANN" });
    for (const DurationSeconds of [899, 43_201, 900.5, "900"])
      expect(await codeOfFailure(signIn({ DurationSeconds }))).toBe("ValidationException");
  });
});
