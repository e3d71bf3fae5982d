import type { Selectable } from "kysely";
import type { SettingsTables } from "../../../storage/settings/tables.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";

/** A statement kept by name. @throws InvalidParameter */
export async function findAlias(
  queries: SettingsQueries,
  call: Call,
  alias: string,
): Promise<Selectable<SettingsTables["lake_query_aliases"]>> {
  const row = await queries
    .selectFrom("lake_query_aliases")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("alias", "=", alias)
    .executeTakeFirst();
  if (row === undefined) throw cloudTrailError("InvalidParameter", `There is no query with the alias ${alias}.`);
  return row;
}
