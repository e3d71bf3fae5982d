import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemIds } from "../../environment.js";
import type { Vault } from "../vault.js";
import { TooManyAttempts } from "./attempts.js";
import { hashingRules, Passwords } from "./passwords.js";

/** Keeps what it sealed, so that a test can look into it. */
function openVault(): Vault & { readonly plain: string[] } {
  const kept = new Map<string, [string, Buffer]>();
  const plain: string[] = [];
  return {
    plain,
    seal(text, context) {
      plain.push(Buffer.from(text).toString());
      const key = randomBytes(8).toString("hex");
      kept.set(key, [context, Buffer.from(text)]);
      return key;
    },
    open(sealed, context) {
      const [sealedContext, text] = kept.get(sealed)!;
      if (sealedContext !== context) throw new Error("another context");
      return text;
    },
  };
}

describe("passwords", () => {
  it("are hashed by scrypt with named parameters and a salt of their own, and sealed for their user", async () => {
    const vault = openVault();
    const passwords = new Passwords(vault, systemIds);
    const sealed = await passwords.hash("AIDA1", "correct horse");
    await passwords.hash("AIDA1", "correct horse");
    const [one, other] = vault.plain;
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w+/]{22}==\$[\w+/]{43}=$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain("correct");
    expect(await passwords.matches({ userId: "AIDA1", sealed }, "correct horse")).toBe(true);
    expect(await passwords.matches({ userId: "AIDA1", sealed }, "correct horsf")).toBe(false);
    await expect(passwords.matches({ userId: "AIDA2", sealed }, "correct horse")).rejects.toThrow("another context");
  });

  it("of nobody never match, after the same work", async () => {
    const passwords = new Passwords(openVault(), systemIds);
    expect(await passwords.matches(undefined, "")).toBe(false);
    // The work is done on other threads: nothing is answered before the next turn of this one.
    const order: string[] = [];
    const waiting = passwords.matches(undefined, "x").then(() => order.push("matched"));
    await new Promise((resolve) => setImmediate(resolve));
    order.push("turn");
    await waiting;
    expect(order).toEqual(["turn", "matched"]);
  });

  it("of too many at once are refused rather than kept waiting for ever", async () => {
    const passwords = new Passwords(openVault(), systemIds, { ...hashingRules, atOnceMax: 1, waitingMax: 1 });
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => passwords.matches(undefined, "x")));
    expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : outcome.value))).toEqual([
      ...[false, false, expect.any(TooManyAttempts)],
    ]);
    expect(await passwords.matches(undefined, "x")).toBe(false);
  });
});
