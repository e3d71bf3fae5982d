import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemEnvironment } from "../src/environment.js";
import { accessHistoryContract } from "../src/storage/access-history.contract.js";
import { callRateStoreContract } from "../src/storage/call-rate-store.contract.js";
import { eventStoreContract } from "../src/storage/event-store.contract.js";
import { exposureStoreContract } from "../src/storage/exposure-store.contract.js";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { readLake } from "../src/storage/facts/lake.fixture.js";
import { type Facts, openFacts } from "../src/storage/facts/open-facts.js";
import { contractLimits, lakeQueriesContract } from "../src/storage/lake-queries.contract.js";
import { lakeStoreContract } from "../src/storage/lake-store.contract.js";
import { logEventStoreContract } from "../src/storage/log-event-store.contract.js";
import { sealedTracesContract } from "../src/storage/sealed-traces.contract.js";
import { traceEraserContract } from "../src/storage/trace-eraser.contract.js";
import { traceIndexContract } from "../src/storage/trace-index.contract.js";
import { traceSourceContract } from "../src/storage/trace-source.contract.js";
import { traceStoreContract } from "../src/storage/trace-store.contract.js";
import { treeStoreContract } from "../src/storage/tree-store.contract.js";
import { type ClickHouseServer, startClickHouseServer } from "./clickhouse-server.js";

/** The promises of the stores of facts, on a ClickHouse server. */
describe.skipIf(process.env["DOSIMETER_TEST_CLICKHOUSE"] === "0")("facts on a ClickHouse server", () => {
  let server: ClickHouseServer;
  let facts: Facts;
  const open = () =>
    openFacts({
      environment: systemEnvironment,
      dataFolder: "/nonexistent",
      clickhouseUrl: server.url,
      // The contracts' rows are of a fixed day, which must not be past retention.
      retention: { traceRetentionDays: 36_500, eventRetentionDays: 36_500 },
      limits: { lakeQueries: contractLimits },
    });

  beforeAll(async () => {
    server = await startClickHouseServer();
    facts = await open();
  });
  afterAll(async () => {
    await facts?.close();
    await server?.stop();
  });

  traceStoreContract("a ClickHouse server", () => facts.traces);
  traceEraserContract("a ClickHouse server", () => facts);
  traceSourceContract("a ClickHouse server", () => facts);
  sealedTracesContract("a ClickHouse server", () => facts);
  traceIndexContract(
    "a ClickHouse server",
    () => facts.index,
    () => facts.traces,
    { settledMs: () => Date.now() + 86_400_000 },
  );
  eventStoreContract("a ClickHouse server", () => facts.events);
  accessHistoryContract("a ClickHouse server", () => facts);
  exposureStoreContract("a ClickHouse server", () => facts);
  logEventStoreContract("a ClickHouse server", () => facts.logEvents);
  lakeStoreContract("a ClickHouse server", () => facts.lake, {
    read: readLake(() => FactDatabase.server(server.url, "dosimeter")),
  });
  lakeQueriesContract("a ClickHouse server", () => facts.lakeQueries);
  treeStoreContract("a ClickHouse server", () => facts.tree);
  callRateStoreContract(
    "a ClickHouse server",
    () => facts,
    () => Date.now(),
  );

  it("open while others open them, and show each what the others stored", async () => {
    const others = await Promise.all([open(), open(), open()]);
    const scope = { accountId: "333333333333", region: "eu-west-1" };
    const traceId = "1-69a42f40-0123456789abcdef01234567";
    await others[0]!.traces.putSegments(scope, [
      {
        traceId,
        segmentId: "0123456789abcdef",
        kind: "segment",
        startTimeSeconds: 1_772_366_400,
        inProgress: true,
        receivedMs: 1_772_366_400_000,
        document: "{}",
      },
    ]);
    expect(await others[1]!.traces.readTraces(scope, [traceId], 1000)).toHaveLength(1);
    for (const other of others) await other.close();
  });

  it("say that they cannot serve once the server is gone", async () => {
    const lonely = await open();
    await server.stop();
    expect(await lonely.health()).toMatchObject({ healthy: false });
    const scope = { accountId: "333333333333", region: "eu-west-1" };
    await expect(lonely.traces.readTraces(scope, ["1-69a42f40-0123456789abcdef01234567"], 1)).rejects.toMatchObject({
      name: "StoreUnavailable",
    });
    await lonely.close();
  });
});
