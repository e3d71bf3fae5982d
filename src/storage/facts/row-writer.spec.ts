import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowWriter } from "./row-writer.js";

describe("rows", () => {
  it("are fields with tabs between, one to a line", () => {
    const rows = new RowWriter(16);
    rows.text("a").integer(-1).flag(true).fields("1\t2").endRow();
    rows.text("b\t\\").texts(["x'y", "\n"]).endRow();
    expect(rows.take().toString()).toBe("a\t-1\t1\t1\t2\nb\\t\\\\\t['x\\'y','\\n']\n");
  });

  it("refuse numbers that the engine would refuse with a whole group", () => {
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
      expect(() => new RowWriter(16).integer(value)).toThrow(RangeError);
  });

  it("keep any text in its field, whatever was expected of their size", () => {
    const texts = fc.array(fc.string({ unit: "binary" }), { minLength: 1 });
    fc.assert(
      fc.property(texts, fc.nat(64), (fields, expectedBytes) => {
        const row = new RowWriter(expectedBytes);
        for (const field of fields) row.text(field);
        const line = row.endRow().take().toString();
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(line.slice(0, -1).split("\t").map(unescaped)).toEqual(fields.map((field) => field.toWellFormed()));
      }),
    );
  });
});

function unescaped(field: string): string {
  const meanings: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
  return field.replace(/\\(.)/g, (_, character: string) => meanings[character]!);
}
