import type { Selectable } from "kysely";
import type { Clock } from "../../environment.js";
import type { PeopleTables } from "../../storage/settings/tables/people.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { mfaSeedContext } from "../sealed-columns.js";
import type { Vault } from "../vault.js";
import type { AttemptLimit } from "./attempts.js";
import { stepOfCode } from "./totp.js";

export type MfaDeviceRow = Selectable<PeopleTables["iam_mfa_devices"]>;

/** A code that is right and not used yet: `use` it in the transaction of what it is for. */
export interface MfaCode {
  readonly serial: string;
  readonly step: number;
}

/** Checks one-time codes of users' devices. */
export class MfaCodes {
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #attempts: AttemptLimit;

  constructor(vault: Vault, clock: Clock, attempts: AttemptLimit) {
    this.#vault = vault;
    this.#clock = clock;
    this.#attempts = attempts;
  }

  devicesOf(queries: SettingsQueries, userId: string): Promise<MfaDeviceRow[]> {
    return queries.selectFrom("iam_mfa_devices").selectAll().where("user_id", "=", userId).orderBy("serial").execute();
  }

  seedOf(device: MfaDeviceRow): Buffer {
    return this.#vault.open(device.sealed_seed, mfaSeedContext(device.serial));
  }

  /**
   * Finds the device that shows this code now. One guess in 300,000 is right, so guesses are limited by user.
   *
   * @returns undefined if none does, or the code was used before.
   * @throws TooManyAttempts
   */
  find(userId: string, devices: readonly MfaDeviceRow[], code: string): MfaCode | undefined {
    this.#attempts.begin(attemptsOf(userId));
    for (const device of devices) {
      const time = { driftSteps: device.drift_steps, usedStep: device.used_step };
      const step = stepOfCode(this.seedOf(device), code, time, this.#clock.nowMs());
      if (step === undefined) continue;
      this.#attempts.forget(attemptsOf(userId));
      return { serial: device.serial, step };
    }
    return undefined;
  }

  /** @returns false if somebody else used it, or a later one of the device, meanwhile. */
  async use(tx: SettingsTransaction, { serial, step }: MfaCode): Promise<boolean> {
    const { numUpdatedRows } = await tx
      .updateTable("iam_mfa_devices")
      .set({ used_step: step })
      .where("serial", "=", serial)
      .where("used_step", "<", step)
      .where("user_id", "is not", null)
      .executeTakeFirst();
    return Number(numUpdatedRows) === 1;
  }
}

function attemptsOf(userId: string): string {
  return `mfa:${userId}`;
}
