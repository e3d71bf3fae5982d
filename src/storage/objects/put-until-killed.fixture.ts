import { createHash, randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemEnvironment } from "../../environment.js";
import { bodyOf, plainFacts } from "../object-store.fixture.js";
import type { ContentKey } from "../object-store.js";
import { openFolderObjectStore } from "./folder-object-store.js";

/** A new key each time. Tests keep it as it is, where S3 keeps it encrypted. */
function newContentKey(): ContentKey {
  const key = randomBytes(32);
  return { key, encryption: { algorithm: "AES256", wrappedKey: key.toString("hex") } };
}

/** Puts objects, whole and in parts, encrypted and plain, from several hands, and tells of each once it is acknowledged, until it is killed. */
const [folder, round] = process.argv.slice(2);
const store = await openFolderObjectStore({ folder: folder!, environment: systemEnvironment });

async function putForEver(hand: number): Promise<never> {
  for (let n = 0; ; n++) {
    // Some keys are replaced again and again: only new keys can be acknowledged without doubt.
    const key = `${round}/${hand}/${n}`;
    const bytes = randomBytes(1 + ((n * 7919) % 200_000));
    const encrypted = n % 2 === 0 ? newContentKey() : undefined;
    await store.put("b", `replaced/${hand}`, bodyOf(bytes), () => plainFacts, undefined, encrypted && newContentKey());
    if (n % 3 === 0) await putInParts(key, bytes, encrypted);
    else await store.put("b", key, bodyOf(bytes), () => plainFacts, undefined, encrypted);
    writeSync(1, `${key} ${createHash("sha256").update(bytes).digest("hex")}\n`);
  }
}

async function putInParts(key: string, bytes: Buffer, encrypted: ContentKey | undefined): Promise<void> {
  const { uploadId } = await store.createUpload("b", key, {
    ...plainFacts,
    initiatorAccountId: "1",
    ...(encrypted && { encryption: encrypted.encryption }),
  });
  const middle = bytes.length >> 1;
  const parts = [];
  for (const [n, half] of [bytes.subarray(0, middle), bytes.subarray(middle)].entries())
    parts.push(await store.putPart("b", key, uploadId, n + 1, bodyOf(half), () => ({}), encrypted));
  await store.completeUpload("b", key, uploadId, parts, { ...plainFacts, etag: `${"0".repeat(32)}-2` });
}

await Promise.all([1, 2, 3, 4, 5, 6].map(putForEver));
