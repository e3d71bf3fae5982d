import { isIP } from "node:net";
import type { Environment } from "../../environment.js";
import type { Vault } from "../vault.js";
import { AttemptLimit, addressAttempts, userAttempts } from "./attempts.js";
import { MfaCodes } from "./mfa.js";
import { Passwords } from "./passwords.js";

/** What proves people: their passwords and the codes of their devices, and the limits on guessing either. */
export interface People {
  readonly passwords: Passwords;
  readonly codes: MfaCodes;
  readonly attempts: { readonly users: AttemptLimit; readonly addresses: AttemptLimit };
}

export function openPeople({ vault, environment }: { vault: Vault; environment: Environment }): People {
  const { clock, ids } = environment;
  const users = new AttemptLimit(clock, userAttempts);
  return {
    passwords: new Passwords(vault, ids),
    codes: new MfaCodes(vault, clock, users),
    attempts: { users, addresses: new AttemptLimit(clock, addressAttempts) },
  };
}

/** An IPv6 subscriber has a network of 64 bits to guess from, so it is the network that is slowed down. */
export function addressAttemptsOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head, tail] = address.split("::");
  const groups = head === "" ? [] : head!.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
  return [...groups, ...new Array(missing).fill("0"), ...(tail ?? "").split(":")].slice(0, 4).join(":");
}

/** One password is guessed at under one name, whether such a user exists or not. */
export function passwordAttemptsOf(accountId: string, userName: string): string {
  return `password:${accountId}/${userName.toLowerCase()}`;
}
