import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Service } from "../../operation.js";
import { accountId, openTestAccount, root, type TestAccount } from "../../test-account.fixture.js";
import { iamService } from "../service.js";

const hourMs = 3_600_000;

let account: TestAccount;
let iam: Service;
beforeEach(async () => {
  account = await openTestAccount(Date.UTC(2026, 2, 1));
  iam = iamService(account);
});
afterEach(() => account.close());

const run = (name: string, input: object = {}) => account.run(iam, name, input);
async function report(): Promise<string[]> {
  await run("GenerateCredentialReport");
  return (await run("GetCredentialReport")).Content.toString().split("\n");
}

describe("the credential report", () => {
  it("says when a password was changed and will expire", async () => {
    await run("UpdateAccountPasswordPolicy", { MaxPasswordAge: 90 });
    await run("CreateUser", { UserName: "ann", Path: "/ops/" });
    account.advance(hourMs);
    await run("CreateLoginProfile", { UserName: "ann", Password: "First-passw0rd" });
    const [, , ann] = await report();
    expect(ann).toBe(
      `ann,arn:aws:iam::${accountId}:user/ops/ann,2026-03-01T00:00:00+00:00,true,no_information,` +
        `2026-03-01T01:00:00+00:00,2026-05-30T01:00:00+00:00,false${",false,N/A,N/A,N/A,N/A".repeat(2)}` +
        ",false,N/A,false,N/A,N/A",
    );
  });

  it("says that the root user's key was never used, and when it was", async () => {
    const accessKeyId = root.kind === "root" ? root.accessKeyId : "";
    await account.settings.transact((tx) =>
      tx
        .insertInto("iam_access_keys")
        .values({
          access_key_id: accessKeyId,
          account_id: accountId,
          owner_id: accountId,
          status: "Active",
          sealed_secret: "",
          created_ms: Date.UTC(2026, 0, 1),
        })
        .execute(),
    );
    const keyOf = (line: string | undefined) => line!.split(",").slice(8, 13).join(",");
    expect(keyOf((await report())[1])).toBe("true,2026-01-01T00:00:00+00:00,N/A,N/A,N/A");
    await account.settings.transact((tx) =>
      tx
        .insertInto("iam_key_uses")
        .values({ access_key_id: accessKeyId, used_ms: Date.UTC(2026, 1, 1), region: "eu-west-1", service: "xray" })
        .execute(),
    );
    expect(keyOf((await report())[1])).toBe("true,2026-01-01T00:00:00+00:00,2026-02-01T00:00:00+00:00,eu-west-1,xray");
  });

  it("is quoted where a name has a comma, and worth nothing after four hours", async () => {
    await run("CreateUser", { UserName: "ann,ben" });
    expect((await report())[2]).toMatch(/^"ann,ben","arn:aws:iam::111122223333:user\/ann,ben",/);
    account.advance(4 * hourMs);
    await run("GetCredentialReport");
    account.advance(1);
    await expect(run("GetCredentialReport")).rejects.toMatchObject({ code: "ReportExpired", httpStatus: 410 });
  });
});

describe("a login profile", () => {
  it("cannot be given a password that the account remembers, by an administrator neither", async () => {
    await run("UpdateAccountPasswordPolicy", { PasswordReusePrevention: 3 });
    await run("CreateUser", { UserName: "ann" });
    await run("CreateLoginProfile", { UserName: "ann", Password: "password-1" });
    const change = (number: number) => {
      account.advance(1);
      return run("UpdateLoginProfile", { UserName: "ann", Password: `password-${number}` });
    };
    await change(2);
    await change(3);
    await expect(change(1)).rejects.toMatchObject({ code: "PasswordPolicyViolation" });
    await change(4);
    await change(1);
    for (let number = 5; number < 40; number++) await change(number);
    const remembered = await account.settings.read.selectFrom("iam_earlier_passwords").select("earlier_id").execute();
    expect(remembered).toHaveLength(24);
    await run("DeleteLoginProfile", { UserName: "ann" });
    expect(await account.settings.read.selectFrom("iam_earlier_passwords").select("earlier_id").execute()).toEqual([]);
  });
});
