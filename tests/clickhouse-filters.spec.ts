import { afterAll, describe } from "vitest";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { filterSqlContract } from "../src/storage/facts/filter-sql.contract.js";
import { type ClickHouseServer, startClickHouseServer } from "./clickhouse-server.js";

describe.skipIf(process.env["DOSIMETER_TEST_CLICKHOUSE"] === "0")("filters of facts on a ClickHouse server", () => {
  let server: ClickHouseServer;
  afterAll(() => server?.stop());

  filterSqlContract("a ClickHouse server", async () => {
    server = await startClickHouseServer();
    return FactDatabase.server(server.url, "filters");
  });
});
