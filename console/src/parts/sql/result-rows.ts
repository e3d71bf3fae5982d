/** A result as the API pages it: rows of one-entry maps, in the order of the columns. */
export type ApiRow = readonly Readonly<Record<string, string>>[];

export interface Result {
  /** Each once: the second `arn` is `arn (2)`. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function resultOf(apiRows: readonly ApiRow[]): Result {
  const names = (apiRows[0] ?? []).map((cell) => Object.keys(cell)[0] ?? "");
  const seen = new Map<string, number>();
  const columns = names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
  return { columns, rows: apiRows.map((row) => row.map((cell) => Object.values(cell)[0] ?? "")) };
}

export function jsonOf({ columns, rows }: Result): string {
  const records = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ""])));
  return JSON.stringify(records, null, 2);
}

/** What the texts of a column hold, as far as a chart must know. */
export function kindOfColumn(rows: Result["rows"], index: number): "number" | "time" | "text" {
  const values = rows.map((row) => row[index] ?? "").filter((text) => text !== "null");
  if (values.length === 0) return "text";
  if (values.every((text) => text.trim() !== "" && Number.isFinite(Number(text)))) return "number";
  return values.every((text) => timeOf(text) !== undefined) ? "time" : "text";
}

/** Times as results write them, which are UTC. */
export function timeOf(text: string): Date | undefined {
  const [, day, clock = "00:00:00"] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?:Z| UTC)?)?$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const time = new Date(`${day}T${clock.slice(0, 12)}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
