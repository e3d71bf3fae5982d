import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { FactDatabase } from "../src/storage/facts/fact-database.js";

/**
 * Where any of the texts stands in the data folder of a service that has ended: in the bytes of files, as a text and in
 * base64; and in the rows of the engine, whose files are compressed, deleted rows included.
 */
export async function placesOfTexts(dataFolder: string, texts: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const wanted = texts.flatMap((text) => [
    text,
    Buffer.from(text)
      .toString("base64")
      .replace(/.{2}=*$/, ""),
  ]);
  for (const file of readdirSync(dataFolder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const name = path.join(file.parentPath, file.name);
    const bytes = readFileSync(name);
    for (const text of wanted) if (bytes.includes(text)) found.add(`${path.relative(dataFolder, name)} holds ${text}`);
  }
  const database = await FactDatabase.embedded(path.join(dataFolder, "facts"), "dosimeter");
  try {
    for (const place of await placesInTables(database, texts)) found.add(place);
  } finally {
    await database.close();
  }
  return [...found].sort();
}

async function placesInTables(database: FactDatabase, texts: readonly string[]): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    "tests.tables",
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    {},
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query<{ text: string }>(
      "tests.texts",
      // The last column is JSON without escapes of slashes; LIKE over a row as text sees every column.
      `SELECT arrayJoin({texts:Array(String)}) AS text FROM (SELECT toString(tuple(*)) AS row FROM ${name})
       WHERE position(row, text) > 0 GROUP BY text`,
      { texts },
    );
    for (const { text } of rows) found.push(`table ${name} holds ${text}`);
  }
  if (!tables.some(({ name }) => name === "segments")) throw new Error("the tables of facts were not found");
  return found;
}
