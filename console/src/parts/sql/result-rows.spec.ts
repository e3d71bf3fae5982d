import { describe, expect, it } from "vitest";
import { chartOf, fittingChart } from "./chart-series.js";
import { jsonOf, kindOfColumn, resultOf, timeOf } from "./result-rows.js";

describe("a result", () => {
  it("has columns in the order of the statement, each name once", () => {
    expect(resultOf([[{ arn: "a" }, { arn: "b" }, { n: "1" }]])).toEqual({
      columns: ["arn", "arn (2)", "n"],
      rows: [["a", "b", "1"]],
    });
    expect(resultOf([])).toEqual({ columns: [], rows: [] });
  });

  it("is written as JSON, a record a row", () => {
    const result = {
      columns: ["who", "n"],
      rows: [
        ['=HYPERLINK("x")', "-5"],
        ["a,b\nc", "2"],
      ],
    };
    expect(JSON.parse(jsonOf(result))).toEqual([
      { who: '=HYPERLINK("x")', n: "-5" },
      { who: "a,b\nc", n: "2" },
    ]);
  });

  it("has columns of numbers, of times and of texts", () => {
    const rows = [
      ["1", "2026-01-01 10:00:00.000", "x"],
      ["null", "null", "null"],
    ];
    expect([0, 1, 2].map((index) => kindOfColumn(rows, index))).toEqual(["number", "time", "text"]);
    expect(timeOf("2026-01-01 10:00:00.000")?.toISOString()).toBe("2026-01-01T10:00:00.000Z");
    expect(timeOf("2026-13-01")).toBeUndefined();
  });
});

describe("the chart of a result", () => {
  it("is a line where there are times, in their order", () => {
    const result = {
      columns: ["hour", "n"],
      rows: [
        ["2026-01-01 11:00:00.000", "2"],
        ["2026-01-01 10:00:00.000", "1"],
      ],
    };
    const choice = fittingChart(result)!;
    expect(choice).toEqual({ type: "line", x: "hour", y: "n", split: "" });
    const { scale, series } = chartOf(result, choice);
    expect(scale).toBe("time");
    expect(series[0]!.data.map(({ y }) => y)).toEqual([1, 2]);
  });

  it("is bars of names, one a name, and says what is left out", () => {
    const rows = Array.from({ length: 70 }, (_, index) => ["xray", `op${index}`, String(70 - index)]);
    const result = { columns: ["source", "eventname", "calls"], rows: [...rows, ["iam", "op0", "5"]] };
    const choice = fittingChart(result)!;
    expect(choice).toEqual({ type: "bar", x: "eventname", y: "calls", split: "" });
    const chart = chartOf(result, choice);
    expect(chart.series[0]!.data[0]).toEqual({ x: "op0", y: 75 });
    expect(chart.left).toEqual({ points: 10, series: 0 });
  });

  it("splits into the largest series", () => {
    const rows = Array.from({ length: 20 }, (_, index) => ["2026-01-01", `s${index % 10}`, String(index % 10)]);
    const chart = chartOf({ columns: ["day", "name", "n"], rows }, { type: "line", x: "day", y: "n", split: "name" });
    expect(chart.series.map(({ title }) => title).slice(0, 2)).toEqual(["s9", "s8"]);
    expect(chart.left.series).toBe(2);
  });

  it("is none without a number", () => {
    expect(fittingChart({ columns: ["a"], rows: [["x"]] })).toBeUndefined();
    expect(fittingChart({ columns: [], rows: [] })).toBeUndefined();
  });
});
