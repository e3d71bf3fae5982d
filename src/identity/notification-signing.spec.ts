import { createVerify, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openTestAccount } from "../services/test-account.fixture.js";
import { certificateAt, openNotificationSigning } from "./notification-signing.js";

describe("the key that signs notifications", () => {
  it("has a certificate that others can read and check", async () => {
    const account = await openTestAccount();
    const signer = await openNotificationSigning(account);
    const pem = (await certificateAt(account.settings, signer.certificatePath))!;
    const certificate = new X509Certificate(pem);
    expect(certificate.subject).toBe("CN=Dosimeter Notification Service");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    const nowMs = account.environment.clock.nowMs();
    expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(nowMs);
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(nowMs + 9 * 365 * 86_400_000);
    for (const [version, algorithm] of [
      [1, "RSA-SHA1"],
      [2, "RSA-SHA256"],
    ] as const)
      expect(createVerify(algorithm).update("text").verify(pem, signer.sign(version, "text"), "base64")).toBe(true);
    await account.close();
  });

  it("stays the same, until its end comes near; what it signed can still be checked then", async () => {
    const account = await openTestAccount();
    const first = await openNotificationSigning(account);
    expect(await openNotificationSigning(account)).toMatchObject({ certificatePath: first.certificatePath });
    const yearMs = 365 * 86_400_000;
    account.advance(8 * yearMs);
    expect((await openNotificationSigning(account)).certificatePath).toBe(first.certificatePath);
    account.advance(1.5 * yearMs);
    const second = await openNotificationSigning(account);
    expect(second.certificatePath).not.toBe(first.certificatePath);
    for (const { certificatePath } of [first, second])
      expect(await certificateAt(account.settings, certificatePath)).toContain("BEGIN CERTIFICATE");
    expect(await certificateAt(account.settings, "/SimpleNotificationService-0.pem")).toBeUndefined();
    await account.close();
  });
});
