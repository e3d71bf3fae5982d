import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { aggregateRules } from "./functions/aggregates.js";
import { scalarRules } from "./functions/scalars.js";
import { readable, stores } from "./lake.fixture.js";
import { columnsOf } from "./store-columns.js";

const guide = readFileSync(path.resolve(import.meta.dirname, "../../../docs/guide/sql.md"), "utf8");
const mentioned = new Set([...guide.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name!));

describe("the guide of SQL", () => {
  it("names every function that is served", () => {
    // A subscript is an operator, with a rule like a function's.
    const functions = [...Object.keys(scalarRules), ...Object.keys(aggregateRules)].filter(
      (name) => name !== "subscript",
    );
    expect(functions.filter((name) => !mentioned.has(name))).toEqual([]);
  });

  it("names every column", () => {
    const { trail, activity, insight, configuration, evidence } = stores;
    const kinds = [trail, activity, insight, configuration, evidence].map((id) => readable(id)!.kind);
    const columns = kinds.flatMap((kind) => columnsOf(kind, (sql) => sql).map(({ name }) => name));
    expect(columns.filter((name) => !mentioned.has(name))).toEqual([]);
  });

  it("names no function that is not served", () => {
    const table = guide.slice(guide.indexOf("| family | functions |"), guide.indexOf("| Windows |"));
    const named = [...table.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name!);
    expect(named.filter((name) => !Object.hasOwn(scalarRules, name) && !Object.hasOwn(aggregateRules, name))).toEqual(
      [],
    );
  });
});
