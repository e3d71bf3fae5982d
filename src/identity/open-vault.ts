import { createCipheriv, createDecipheriv } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Environment } from "../environment.js";
import type { Vault } from "./vault.js";

/**
 * AES-256-GCM under one master key: the one given, else the one in `master.key` of the data folder, made at first start.
 *
 * @param masterKey 32 bytes in base64.
 * @throws if the given key or the file's is not 32 bytes.
 */
export async function openVault(options: {
  readonly dataFolder: string;
  readonly masterKey?: string;
  readonly environment: Environment;
}): Promise<Vault> {
  const { dataFolder, masterKey, environment } = options;
  if (masterKey !== undefined) return vaultOf(readKey(masterKey, "DOSIMETER_MASTER_KEY"), environment);
  return vaultOf(await readOrMakeKeyFile(keyFileIn(dataFolder), environment), environment);
}

export function keyFileIn(dataFolder: string): string {
  return path.join(dataFolder, "master.key");
}

/** @returns undefined if there is none. */
export async function readKeyFile(file: string): Promise<Buffer | undefined> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : readKey(text, file);
}

export async function readOrMakeKeyFile(file: string, environment: Environment): Promise<Buffer> {
  return (await readKeyFile(file)) ?? readKey(await makeKeyFile(file, environment), file);
}

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const version = "1";

export function vaultOf(key: Buffer, environment: Environment): Vault {
  return {
    seal: (plain, context) => {
      const nonce = environment.ids.bytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(context, "utf8"));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return version + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
    },
    open: (text, context) => {
      const bytes = Buffer.from(text.slice(version.length), "base64url");
      // One sealed thing has one spelling: base64 would let the last bits and foreign characters vary.
      if (version + bytes.toString("base64url") !== text || bytes.length < nonceBytes + tagBytes)
        throw new Error("not a sealed text");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    },
  };
}

export function readKey(text: string, source: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== keyBytes) throw new Error(`${source} does not hold ${keyBytes} bytes in base64`);
  return key;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw problem;
  }
}

/** The file appears whole and durable, once: of two processes that start together, both use the first one's. */
async function makeKeyFile(file: string, environment: Environment): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const text = `${environment.ids.bytes(keyBytes).toString("base64")}\n`;
  const draft = `${file}.${environment.ids.uuid()}`;
  try {
    await writeDurably(draft, text);
    await link(draft, file);
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== "EEXIST") throw problem;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(path.dirname(file));
  return readFile(file, "utf8");
}

/** Writes a new file that only its owner may read. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
