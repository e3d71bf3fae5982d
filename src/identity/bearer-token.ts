import { createHmac, timingSafeEqual } from "node:crypto";

const prefix = "dosimeter";
const label = "dosimeter bearer token for traces, version 1";
const form = /^dosimeter\.(\w{16,128})\.([0-9a-f]{64})$/;

/** What a bearer token says; nothing of it is believed before `isProofOf`. */
export interface BearerClaim {
  readonly accessKeyId: string;
  /** 64 hex digits. */
  readonly proof: string;
}

/**
 * A token for senders that cannot sign: it stands for an access key, is made from it without asking anybody, opens
 * nothing but the doors that take tokens, and ends with its key. The secret cannot be computed from it.
 */
export function bearerToken(accessKeyId: string, secretAccessKey: string): string {
  return `${prefix}.${accessKeyId}.${proofOf(secretAccessKey)}`;
}

/** @returns undefined if the text is not such a token. */
export function readBearerToken(token: string): BearerClaim | undefined {
  const match = form.exec(token);
  return match ? { accessKeyId: match[1]!, proof: match[2]! } : undefined;
}

export function isProofOf(claim: BearerClaim, secretAccessKey: string): boolean {
  return timingSafeEqual(Buffer.from(claim.proof, "latin1"), Buffer.from(proofOf(secretAccessKey), "latin1"));
}

function proofOf(secretAccessKey: string): string {
  return createHmac("sha256", secretAccessKey).update(label).digest("hex");
}
