import { createPrivateKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { certificateContext } from "./sealed-columns.js";
import { selfSignedCertificate } from "./self-signed-certificate.js";
import type { Vault } from "./vault.js";

/** Signs the messages of SNS, with the key of this installation. */
export interface NotificationSigner {
  /** Where the certificate is served, below the root of this service. */
  readonly certificatePath: string;
  /** @param version 1: RSA with SHA-1; 2: with SHA-256. @returns Base64. */
  sign(version: number, text: string): string;
}

const yearMs = 365 * 86_400_000;
/** A certificate is looked up by who checks a message, not trusted by a chain: it may live long. */
const validityMs = 10 * yearMs;
/** With less than this ahead, the next one is made at the first notification after a start. */
const renewalMs = yearMs;

interface SigningDeps {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly environment: Environment;
}

/**
 * Opens the key when it is first asked for: making one takes longer than much else of a start, and few installations notify
 * anybody.
 */
export function notificationSigning(deps: SigningDeps): () => Promise<NotificationSigner> {
  let opened: Promise<NotificationSigner> | undefined;
  return () => {
    opened ??= openNotificationSigning(deps).catch((reason) => {
      opened = undefined;
      throw reason;
    });
    return opened;
  };
}

/** Makes key and certificate where there are none yet; later, and in other processes, they are the same. */
export async function openNotificationSigning(deps: SigningDeps): Promise<NotificationSigner> {
  const { settings, vault } = deps;
  const nowMs = deps.environment.clock.nowMs();
  const newest = () =>
    settings.read
      .selectFrom("sns_certificates")
      .selectAll()
      .where("valid_until_ms", ">", nowMs + renewalMs)
      .orderBy("valid_until_ms", "desc")
      .orderBy("certificate_id")
      .limit(1)
      .executeTakeFirst();
  if ((await newest()) === undefined) {
    const made = await make(deps, nowMs);
    await settings.transact(async (tx) => {
      // Of two processes that start together, one makes it.
      const other = await tx
        .selectFrom("sns_certificates")
        .select("certificate_id")
        .where("valid_until_ms", ">", nowMs + renewalMs)
        .executeTakeFirst();
      if (other === undefined) await tx.insertInto("sns_certificates").values(made).execute();
    });
  }
  const row = await newest();
  if (row === undefined) throw new Error("no certificate for notifications, though one was just made");
  const sealed = vault.open(row.private_key, certificateContext(row.certificate_id));
  const key: KeyObject = createPrivateKey({ key: sealed, type: "pkcs8", format: "der" });
  return {
    certificatePath: `/SimpleNotificationService-${row.certificate_id}.pem`,
    sign: (version, text) => sign(version === 2 ? "sha256" : "sha1", Buffer.from(text), key).toString("base64"),
  };
}

async function make({ vault, environment }: SigningDeps, nowMs: number) {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const serial = environment.ids.bytes(16);
  const certificate_id = serial.toString("hex");
  const valid_until_ms = nowMs + validityMs;
  const pem = selfSignedCertificate({
    privateKey,
    commonName: "Dosimeter Notification Service",
    serial,
    validFromMs: nowMs,
    validUntilMs: valid_until_ms,
  });
  const sealed = vault.seal(privateKey.export({ type: "pkcs8", format: "der" }), certificateContext(certificate_id));
  return { certificate_id, pem, private_key: sealed, created_ms: nowMs, valid_until_ms };
}

/** The PEM at a path, of whichever process; of every certificate there ever was, so that old messages can still be checked. */
export async function certificateAt(settings: SettingsStore, path: string): Promise<string | undefined> {
  const certificateId = /^\/SimpleNotificationService-([0-9a-f]{32})\.pem$/.exec(path)?.[1];
  if (certificateId === undefined) return undefined;
  const row = await settings.read
    .selectFrom("sns_certificates")
    .select("pem")
    .where("certificate_id", "=", certificateId)
    .executeTakeFirst();
  return row?.pem;
}
/** Binds a sealed private key to its place. */
