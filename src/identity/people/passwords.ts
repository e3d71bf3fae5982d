import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import type { Ids } from "../../environment.js";
import { passwordContext } from "../sealed-columns.js";
import type { Vault } from "../vault.js";
import { TooManyAttempts } from "./attempts.js";

const saltBytes = 16;
const hashBytes = 32;
/** Twice what a hash takes; a stored cost beyond it is refused. */
const memoryBytesMax = 64 * 1024 * 1024;

export interface HashingRules {
  /** Part of what is stored, so that it can be raised without losing anybody's password. */
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  /** Hashes made at once: they share a small pool of threads with the disk. */
  readonly atOnceMax: number;
  /** Hashes that may wait: some seconds' worth. */
  readonly waitingMax: number;
}

/**
 * A hash takes 32 MiB and some tenths of a second of one core.
 * Source: OWASP Password Storage Cheat Sheet, scrypt (N=2^15, r=8, p=3).
 */
export const hashingRules: HashingRules = { cost: { N: 2 ** 15, r: 8, p: 3 }, atOnceMax: 2, waitingMax: 32 };

/** Makes and compares hashes of passwords, off the main thread. Neither passwords nor hashes are ever logged. */
export class Passwords {
  readonly #vault: Vault;
  readonly #ids: Ids;
  readonly #rules: HashingRules;
  /** A hash of nothing anybody knows, for users who have no password: comparing with it takes as long as with a real one. */
  readonly #noHash: string;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param rules for tests: others than those in force are cheaper, and worth less. */
  constructor(vault: Vault, ids: Ids, rules = hashingRules) {
    this.#vault = vault;
    this.#ids = ids;
    this.#rules = rules;
    this.#noHash = format(rules.cost, Buffer.alloc(saltBytes), Buffer.alloc(hashBytes));
  }

  /** @returns the hash, sealed: whoever has the store and not the master key cannot even begin to guess. */
  async hash(userId: string, password: string): Promise<string> {
    const { cost } = this.#rules;
    const salt = this.#ids.bytes(saltBytes);
    const hash = await this.#derive(password, salt, cost);
    return this.#vault.seal(Buffer.from(format(cost, salt, hash)), passwordContext(userId));
  }

  /**
   * @param sealed undefined where there is no such user or no password; the answer is then no, and takes as long.
   * @throws TooManyAttempts when too many wait already.
   */
  async matches(user: { readonly userId: string; readonly sealed: string } | undefined, password: string) {
    const stored = user ? this.#vault.open(user.sealed, passwordContext(user.userId)).toString("utf8") : this.#noHash;
    const [scheme, n, r, p, salt, hash] = stored.split("$");
    if (scheme !== "scrypt") throw new Error("a stored password has a scheme that is not known");
    const made = await this.#derive(password, Buffer.from(salt!, "base64"), { N: +n!, r: +r!, p: +p! });
    return timingSafeEqual(made, Buffer.from(hash!, "base64")) && user !== undefined;
  }

  async #derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
    if (this.#running >= this.#rules.atOnceMax) {
      if (this.#waiting.length >= this.#rules.waitingMax) throw new TooManyAttempts();
      await new Promise<void>((begin) => this.#waiting.push(begin));
    } else this.#running++;
    try {
      return await new Promise((resolve, reject) =>
        scrypt(password, salt, hashBytes, { ...options, maxmem: memoryBytesMax }, (problem, key) =>
          problem ? reject(problem) : resolve(key),
        ),
      );
    } finally {
      // The turn passes on without becoming free, so nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

function format({ N, r, p }: HashingRules["cost"], salt: Buffer, hash: Buffer): string {
  return ["scrypt", N, r, p, salt.toString("base64"), hash.toString("base64")].join("$");
}
