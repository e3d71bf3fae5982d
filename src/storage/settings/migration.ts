import type { CreateTableBuilder, Transaction } from "kysely";

/** One step of the schema. Runs once, in a transaction, on SQLite and on PostgreSQL alike. */
export interface Migration {
  /** `identity-001-users`: area, number, what. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a migration knows the schema as it was then, not as it is now.
  up(tx: Transaction<any>): Promise<void>;
}

/** Columns by type, separated by spaces; `name!` is not null. */
export async function createTable(
  // biome-ignore lint/suspicious/noExplicitAny: a migration knows the schema as it was then, not as it is now.
  tx: Transaction<any>,
  name: string,
  columns: { readonly text: string; readonly bigint?: string; readonly key: readonly [string, ...string[]] },
): Promise<void> {
  let table: CreateTableBuilder<string, string> = tx.schema.createTable(name);
  for (const type of ["text", "bigint"] as const)
    for (const column of columns[type]?.split(" ") ?? [])
      table = column.endsWith("!")
        ? table.addColumn(column.slice(0, -1), type, (definition) => definition.notNull())
        : table.addColumn(column, type);
  await table.addPrimaryKeyConstraint(`${name}_key`, [...columns.key]).execute();
}
