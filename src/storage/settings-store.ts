import type { Kysely, Transaction } from "kysely";
import type { SettingsTables } from "./settings/tables.js";

/** The tables as queries see them. One query text serves SQLite and PostgreSQL. */
export type SettingsQueries = Kysely<SettingsTables>;
export type SettingsTransaction = Transaction<SettingsTables>;

/** Small, transactional state: users, keys, trails, selectors, checkpoints, leases. */
export interface SettingsStore {
  /** For reading what is committed. */
  readonly read: SettingsQueries;

  /**
   * Runs `work` in one serialisable transaction, durable when it resolves. If `work` rejects, nothing of it happened.
   * Transactions run one after another: keep them short and do nothing in them but queries through `tx`.
   * A conflict with another process is tried again, so `work` may run more than once.
   */
  transact<Result>(work: (tx: SettingsTransaction) => Promise<Result>): Promise<Result>;

  /** Calls `listener` after each transaction of this process has committed. */
  onCommit(listener: () => void): void;

  /**
   * Writes the files of some tables anew, so that nothing which was deleted or replaced in them before is left there. Other
   * transactions wait meanwhile. @throws StoreUnavailable if somebody else holds the tables; it may be tried again.
   */
  rewrite(tables: readonly (keyof SettingsTables)[]): Promise<void>;

  close(): Promise<void>;
}
