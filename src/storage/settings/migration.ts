import type { Transaction } from "kysely";

/** One step of the schema. Runs once, in a transaction, on SQLite and on PostgreSQL alike. */
export interface Migration {
  /** `identity-001-users`: area, number, what. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a migration knows the schema as it was then, not as it is now.
  up(tx: Transaction<any>): Promise<void>;
}
