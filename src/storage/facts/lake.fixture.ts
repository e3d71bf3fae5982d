import type { FactDatabase } from "./fact-database.js";

/** Reads all rows of an event data store past the port, which has no way to read them. */
export function readLake(open: () => Promise<FactDatabase>) {
  return async (storeId: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const database = await open();
    try {
      const text = "SELECT * FROM lake_events WHERE store_id = {storeId:String} ORDER BY event_time, event_id";
      return await database.query("tests.lake", text, { storeId });
    } finally {
      await database.close();
    }
  };
}
