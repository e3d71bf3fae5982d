import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const cloudtrailMigrations: readonly Migration[] = [
  {
    name: "cloudtrail-001-policies",
    up: (tx) => createTable(tx, "cloudtrail_policies", { text: "arn! document!", key: ["arn"] }),
  },
  {
    name: "cloudtrail-002-event-configurations",
    up: (tx) => createTable(tx, "event_configurations", { text: "arn! max_event_size! context_keys!", key: ["arn"] }),
  },
];
