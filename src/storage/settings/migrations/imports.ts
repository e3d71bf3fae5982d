import { createTable, type Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const importMigrations: readonly Migration[] = [
  {
    name: "imports-001",
    up: async (tx) => {
      await createTable(tx, "imports", {
        text: "import_id! account_id! region! store_id! store_arn! s3_uri! s3_region! role_arn! status!",
        bigint:
          "start_ms end_ms created_ms! updated_ms! prefixes_found! prefixes_completed! files_completed! events_completed! failed_entries!",
        key: ["import_id"],
      });
      await tx.schema.createIndex("imports_account").on("imports").columns(["account_id", "status"]).execute();
      await createTable(tx, "import_folders", {
        text: "import_id! folder! after_key!",
        bigint: "has_files! done!",
        key: ["import_id", "folder"],
      });
      await createTable(tx, "import_failures", {
        text: "import_id! location! status! error_type! error_message!",
        bigint: "updated_ms!",
        key: ["import_id", "location"],
      });
    },
  },
];
