import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expressionExamples, refusedExamples, unreadableExamples } from "./examples.fixture.js";
import { eventRecord, LakeTable, nowMs, readable, stores } from "./lake.fixture.js";
import { queryExamples, typicalQueries } from "./query-examples.fixture.js";
import { QueryRefused, translateQuery } from "./translate.js";

let lake: LakeTable;
beforeAll(async () => {
  lake = await LakeTable.open();
  await lake.put(stores.trail, [eventRecord()]);
});
afterAll(() => lake.close());

/** Names of stores as they stand in the examples. */
function named(sql: string): string {
  return sql.replaceAll("$EDS", stores.trail).replaceAll(/\$([A-Z]+)\b(?!\$)/g, (all, name: string) => {
    return stores[name.toLowerCase() as keyof typeof stores] ?? all;
  });
}

const corpus = [
  ...typicalQueries.map(({ sql }) => sql),
  ...queryExamples.map(({ sql }) => sql),
  ...expressionExamples.map(([, sql]) => `SELECT ${sql} FROM $EDS`),
  ...refusedExamples.map(([sql]) => sql),
  ...unreadableExamples.map(([sql]) => sql),
].map(named);

const hostile = [
  ...[
    "'",
    '"',
    "\\",
    "\\'",
    "''",
    "`",
    "--",
    "/*",
    "*/",
    ";",
    "#",
    "{x:String}",
    "$" + "{x}",
    "$$",
    "\u0000",
    "\u2019",
    "\u00a0",
  ],
  ..." FROM system.tables | FROM lake_events | UNION ALL SELECT secret FROM canary | , canary | SETTINGS a = 1 | FORMAT JSON".split(
    " | ",
  ),
  ..."file('/etc/passwd') | url('http://x') | remote('x', 'y', 'z') | (SELECT secret FROM canary) | canary | numbers(9)".split(
    " | ",
  ),
  ..."\\' UNION SELECT secret FROM canary -- | ' OR 1=1 -- | \") -- | ') AS t, canary -- | \\x27 | %00 | c0 | c1 | v0 | t1 | r2".split(
    " | ",
  ),
  ..."FROM | SELECT | WITH | AS | IN | ( | ) | [ | ] | . | , | ? | :: | -> | => | * | + | - | || | = | NULL | '?'".split(
    " | ",
  ),
];

/** A statement of the corpus, cut, joined with another and with hostile text put in. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(12),
        fc.oneof(fc.constantFrom(...hostile), fc.string({ maxLength: 6, unit: "grapheme" })),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([sql, edits]) =>
    edits.reduce((text, [at, cut, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    }, sql),
  );

/** What the engine itself says a statement reads: tables, and functions that give tables. */
async function readBy(sql: string): Promise<string[]> {
  const tree = Buffer.from(await lake.session.queryBytes(`EXPLAIN AST ${sql}`, {})).toString();
  const nodes = tree.split("\n").map((line) => line.trim());
  const places = nodes.flatMap((line, index) => (line.startsWith("TableExpression") ? [nodes[index + 1]!] : []));
  return places.filter((what) => !what.startsWith("Subquery"));
}

describe("hostile statements", () => {
  it("reach no table but that of events, and only of stores that may be read", { timeout: 600_000 }, async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(mutated, async (statement) => {
        let translated: ReturnType<typeof translateQuery>;
        try {
          translated = translateQuery(statement, readable, { nowMs });
        } catch (error) {
          // Anything else would be a bug of ours.
          expect(error).toBeInstanceOf(QueryRefused);
          return;
        }
        served++;
        for (const what of await readBy(translated.sql)) expect(what).toMatch(/^TableIdentifier lake_events(?: |$)/);
        for (const id of translated.storeIds) expect(readable(id)).toBeDefined();
        const scans = translated.sql.split("FROM lake_events WHERE store_id = '").slice(1);
        for (const scan of scans) expect(translated.storeIds).toContain(scan.slice(0, 36));
      }),
      { numRuns: 20_000 },
    );
    // Were nothing served, nothing would be shown.
    expect(served).toBeGreaterThan(50);
    expect(await readBy("SELECT 1 FROM canary, numbers(2)")).toEqual([
      "TableIdentifier canary",
      "Function numbers (children 1)",
    ]);
  });

  it("may say anything in strings, names and parameters: it comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.string({ maxLength: 20 }), async (text, other) => {
        const quotedText = `'${text.replaceAll("'", "''")}'`;
        const sql = `SELECT ${quotedText} || '!' AS a, ? || '!' AS b, element_at(requestparameters, ${quotedText}) AS c FROM ${stores.trail}`;
        if (text === "?") return;
        const [row] = await lake.ask(sql, [`x${other}`]);
        expect(row).toEqual({ a: `${text}!`, b: `x${other}!`, c: null });
      }),
      {
        numRuns: 200,
        examples: [
          ["\\", "\\"],
          ["\\'", "'"],
          ["\u0000", "\u0000"],
          ["{a:String}", "{a:String}"],
          ["\n\r\t\b", ""],
          ["$" + "{a}", "$1"],
        ],
      },
    );
  });

  it("give columns any name that can be quoted", async () => {
    const [row] = await lake.ask(`SELECT 1 AS "a""b\\' FROM canary --" FROM ${stores.trail}`);
    expect(row).toEqual({ "a\"b\\' FROM canary --": "1" });
  });

  it("cannot make the translation slow: the largest of them take less work than the limit of parts", () => {
    const wide = `SELECT ${Array.from({ length: 300 }, (_, n) => `useridentity.arn || '${n}'`).join(", ")} FROM ${stores.trail}`;
    expect(translateQuery(wide, readable, { nowMs }).columns).toHaveLength(300);
  });
});
