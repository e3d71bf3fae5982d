import { kindOfColumn, type Result, timeOf } from "./result-rows.js";

export interface ChartChoice {
  readonly type: "bar" | "line";
  /** Names of columns; `split` makes a series of each of its values. */
  readonly x: string;
  readonly y: string;
  readonly split: string;
}

export interface ChartSeries {
  readonly title: string;
  readonly data: readonly { readonly x: string | number | Date; readonly y: number }[];
}

export interface Chart {
  readonly scale: "time" | "linear" | "categorical";
  readonly series: readonly ChartSeries[];
  /** Points and series beyond these are not drawn. */
  readonly left: { readonly points: number; readonly series: number };
}

/** More than these nobody could tell apart. */
export const barsMax = 60;
const pointsMax = 2000;
const seriesMax = 8;

/** What a result lends itself to: numbers over time as a line, numbers of names as bars. Undefined without numbers. */
export function fittingChart({ columns, rows }: Result): ChartChoice | undefined {
  const kinds = columns.map((_, index) => kindOfColumn(rows, index));
  const y = columns[kinds.lastIndexOf("number")];
  if (y === undefined) return undefined;
  const others = columns.filter((name) => name !== y);
  const time = others.find((name) => kinds[columns.indexOf(name)] === "time");
  const texts = others.filter((name) => kinds[columns.indexOf(name)] === "text");
  const x = time ?? texts.at(-1) ?? others[0];
  if (x === undefined) return undefined;
  return { type: time === undefined ? "bar" : "line", x, y, split: time !== undefined ? (texts[0] ?? "") : "" };
}

/** The points of a choice. Rows without a number, or without a time where times are drawn, have none. */
export function chartOf(result: Result, { type, x, y, split }: ChartChoice): Chart {
  const { columns, rows } = result;
  const [xAt, yAt, splitAt] = [columns.indexOf(x), columns.indexOf(y), columns.indexOf(split)];
  const xKind = kindOfColumn(rows, xAt);
  const scale = type === "bar" || xKind === "text" ? "categorical" : xKind === "time" ? "time" : "linear";
  const xOf = (text: string) => (scale === "time" ? timeOf(text) : scale === "linear" ? Number(text) : text);
  const byTitle = new Map<string, { x: string | number | Date; y: number }[]>();
  let left = 0;
  const max = type === "bar" ? barsMax : pointsMax;
  const places = new Set<string>();
  for (const row of rows) {
    const [xText = "", yText = ""] = [row[xAt], row[yAt]];
    const [at, number] = [xOf(xText), Number(yText)];
    if (at === undefined || yText.trim() === "" || !Number.isFinite(number)) continue;
    if (!places.has(xText) && places.size >= max) {
      left += 1;
      continue;
    }
    places.add(xText);
    const title = splitAt < 0 ? y : (row[splitAt] ?? "");
    const data = byTitle.get(title) ?? [];
    byTitle.set(title, data);
    data.push({ x: at, y: number });
  }
  const sumOf = (series: ChartSeries) => series.data.reduce((sum, point) => sum + point.y, 0);
  const all = [...byTitle].map(([title, data]): ChartSeries => {
    if (scale !== "categorical") data.sort((one, other) => Number(one.x) - Number(other.x));
    return { title, data: scale === "categorical" ? summed(data) : data };
  });
  const series = all.sort((one, other) => sumOf(other) - sumOf(one)).slice(0, seriesMax);
  return { scale, series, left: { points: left, series: all.length - series.length } };
}

/** A place has one bar: rows of the same name are added up. */
function summed(data: readonly { x: string | number | Date; y: number }[]) {
  const byPlace = new Map<string | number | Date, number>();
  for (const { x, y } of data) byPlace.set(x, (byPlace.get(x) ?? 0) + y);
  return [...byPlace].map(([x, y]) => ({ x, y }));
}
