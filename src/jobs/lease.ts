import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";

/** The right to do one piece of work, until someone else gets a higher token. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
}

/** Another process has taken the work over. What was being done must stop; nothing of it is lost. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/**
 * Takes a lease that is free, expired or already ours, for `durationMs` from now. A change of holder raises the token.
 * Clocks of processes may differ: a lease taken too early costs work done twice and no harm, since every write of the
 * former holder fails at `assertHeld`.
 *
 * @returns undefined if someone else holds it.
 */
export async function takeLease(
  tx: SettingsTransaction,
  name: string,
  holder: string,
  nowMs: number,
  durationMs: number,
): Promise<Lease | undefined> {
  const row = await tx.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
  const until_ms = nowMs + durationMs;
  if (row === undefined) {
    await tx.insertInto("leases").values({ name, holder, token: 1, until_ms }).execute();
    return { name, holder, token: 1 };
  }
  if (row.holder !== holder && row.until_ms > nowMs) return undefined;
  const token = row.holder === holder ? row.token : row.token + 1;
  await tx.updateTable("leases").set({ holder, token, until_ms }).where("name", "=", name).execute();
  return { name, holder, token };
}

/** Fences a transaction: it commits only while the lease is ours. @throws LeaseLost */
export async function assertHeld(tx: SettingsTransaction, lease: Lease): Promise<void> {
  const row = await tx
    .selectFrom("leases")
    .select(["holder", "token"])
    .where("name", "=", lease.name)
    .executeTakeFirst();
  if (row?.holder !== lease.holder || row.token !== lease.token)
    throw new LeaseLost(`${lease.name} was taken over by another process`);
}

/** Lets others take it at once. The row stays: its token must never go back. */
export async function releaseLeases(settings: SettingsStore, holder: string): Promise<void> {
  await settings.transact(async (tx) => {
    await tx.updateTable("leases").set({ until_ms: 0 }).where("holder", "=", holder).execute();
  });
}
