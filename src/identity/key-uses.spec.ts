import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestAccount, root, type TestAccount } from "../services/test-account.fixture.js";
import { KeyUses } from "./key-uses.js";

let account: TestAccount;
beforeEach(async () => {
  account = await openTestAccount();
});
afterEach(() => account.close());

const stored = () => account.settings.read.selectFrom("iam_key_uses").selectAll().execute();
const minuteMs = 60_000;

describe("uses of keys", () => {
  it("are stored once in 15 minutes, whatever the calls were", async () => {
    let transactions = 0;
    account.settings.onCommit(() => {
      transactions++;
    });
    const uses = new KeyUses(account.settings);
    const accessKeyId = root.kind === "root" ? root.accessKeyId : "";
    uses.note(root, "xray", "eu-west-1", 0);
    for (let minute = 0; minute < 15; minute++) {
      uses.note(root, "s3", "us-east-1", minute * minuteMs);
      await uses.flush();
    }
    expect(transactions).toBe(1);
    expect(await stored()).toEqual([{ access_key_id: accessKeyId, used_ms: 0, region: "eu-west-1", service: "xray" }]);
    uses.note(root, "s3", "us-east-1", 15 * minuteMs);
    await uses.flush();
    expect(await stored()).toMatchObject([{ used_ms: 15 * minuteMs, service: "s3", region: "us-east-1" }]);
  });

  it("are those of long-lived keys alone", async () => {
    const uses = new KeyUses(account.settings);
    uses.note({ ...root, sessionIssuedMs: 1 } as typeof root, "xray", "eu-west-1", 0);
    uses.note({ kind: "anonymous" }, "xray", "eu-west-1", 0);
    await uses.flush();
    expect(await stored()).toEqual([]);
  });

  it("are kept while the store is away, and another process's later one is not overwritten", async () => {
    const away = {
      ...account.settings,
      transact: () => Promise.reject(new Error("away")),
    } as unknown as TestAccount["settings"];
    let settings = away;
    const uses = new KeyUses({ transact: (work) => settings.transact(work) } as TestAccount["settings"]);
    uses.note(root, "xray", "eu-west-1", 5);
    await expect(uses.flush()).rejects.toThrow("away");
    settings = account.settings;
    await uses.flush();
    expect(await stored()).toMatchObject([{ used_ms: 5 }]);
    const other = new KeyUses(account.settings);
    other.note(root, "xray", "eu-west-1", 3);
    await other.flush();
    expect(await stored()).toMatchObject([{ used_ms: 5 }]);
  });
});
