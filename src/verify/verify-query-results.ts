import { createHash, createVerify } from "node:crypto";
import type { Finding, ObjectFinding } from "./findings.js";
import type { KeySource } from "./public-keys.js";
import type { ObjectSource } from "./sources.js";

const signFile = "/result_sign.json";

interface SignDocument {
  readonly files: readonly { readonly fileName: string; readonly fileHashValue: string }[];
  readonly hashSignature: string;
  readonly publicKeyFingerprint: string;
}

/**
 * Results of queries that were saved in the bucket: the signature is over the hashes of the files as they are, compressed.
 * Source: AWS CloudTrail User Guide, "Validate saved query results".
 */
export async function* verifyQueryResults(
  bucket: string,
  all: readonly string[],
  source: ObjectSource,
  keys: KeySource,
): AsyncGenerator<Finding> {
  for (const key of all) {
    if (!key.endsWith(signFile)) continue;
    const found = (kind: "signature" | "result", key: string, verdict: ObjectFinding["verdict"], detail?: string) => ({
      kind,
      bucket,
      key,
      verdict,
      ...(detail !== undefined && { detail }),
    });
    const signed = await source.read(key);
    if (signed === undefined) {
      yield found("signature", key, "missing");
      continue;
    }
    let document: SignDocument;
    try {
      document = parseSign(signed.bytes);
    } catch (reason) {
      yield found("signature", key, "unreadable", (reason as Error).message);
      continue;
    }
    const problem = problemOf(document, keys);
    yield found("signature", key, problem === undefined ? "intact" : "altered", problem);
    for (const { fileName, fileHashValue } of document.files) {
      const name = `${key.slice(0, -signFile.length)}/${fileName}`;
      const file = await source.read(name);
      if (file === undefined) yield found("result", name, "missing");
      else {
        const hash = createHash("sha256").update(file.bytes).digest("hex");
        yield found("result", name, hash === fileHashValue ? "intact" : "altered");
      }
    }
  }
}

function problemOf(document: SignDocument, keys: KeySource): string | undefined {
  const publicKey = keys.get(document.publicKeyFingerprint);
  if (publicKey === undefined) return `no public key has fingerprint ${document.publicKeyFingerprint}`;
  const text = document.files.map((file) => file.fileHashValue).join(" ");
  const { hashSignature } = document;
  const holds =
    /^[0-9a-f]+$/i.test(hashSignature) &&
    createVerify("RSA-SHA256").update(text).verify(publicKey.key, hashSignature, "hex");
  return holds ? undefined : "its signature does not hold";
}

function parseSign(bytes: Buffer): SignDocument {
  const document = JSON.parse(bytes.toString("utf8")) as Partial<SignDocument> | null;
  const { files, hashSignature, publicKeyFingerprint } = document ?? {};
  if (typeof hashSignature !== "string" || typeof publicKeyFingerprint !== "string")
    throw new Error("its signature is missing");
  const isFile = (file: unknown) => {
    const { fileName, fileHashValue } = (file ?? {}) as Record<string, unknown>;
    // A name of another folder would let a result vouch for anything.
    return typeof fileName === "string" && !fileName.includes("/") && typeof fileHashValue === "string";
  };
  if (!Array.isArray(files) || files.length === 0 || !files.every(isFile)) throw new Error("it lists no result files");
  return { files, hashSignature, publicKeyFingerprint };
}
