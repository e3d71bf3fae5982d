import type { Ids } from "../environment.js";

/** What AWS's ids of identities begin with. */
export type IdPrefix = "AIDA" | "AROA" | "AGPA" | "ANPA" | "AIPA";

/** `AIDA` and 17 characters: the unique id of a user, role, group or managed policy. */
export function newUniqueId(ids: Ids, prefix: IdPrefix): string {
  return prefix + base32(ids.bytes(17));
}

/** `AKIA…` for long-lived keys, `ASIA…` for temporary ones, 20 characters in all. */
export function newAccessKeyId(ids: Ids, prefix: "AKIA" | "ASIA"): string {
  return prefix + base32(ids.bytes(16));
}

/** 40 characters. */
export function newSecretAccessKey(ids: Ids): string {
  return ids.bytes(30).toString("base64");
}

/** One character of five random bits from each byte. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
