import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const auditMigrations: readonly Migration[] = [
  {
    name: "audit-001-event-outbox",
    up: async (tx) => {
      await tx.schema
        .createTable("event_outbox")
        .addColumn("event_id", "text", (column) => column.primaryKey())
        .addColumn("stream_id", "text", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addColumn("event_time_ms", "bigint", (column) => column.notNull())
        .execute();
    },
  },
];
