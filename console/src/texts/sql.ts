/** Words of what pages with SQL share: the editor, results and charts. */
export const sqlTexts = {
  editor: {
    label: "Query",
    placeholder: "SELECT eventname, count(*) AS calls FROM … GROUP BY eventname",
    hint: "Ctrl+Enter runs the query, Ctrl+Space completes.",
  },
  result: {
    table: "Result of the query",
    row: "Row",
    whole: (row: number) => `Row ${row}`,
    open: (row: number) => `Show row ${row} whole`,
    pages: { next: "Next page", previous: "Previous page", page: (page: number) => `Page ${page}` },
  },
  chart: {
    none: "Nothing to draw",
    noneBody: "A chart needs a column of numbers, such as count(*).",
    label: (y: string, x: string) => `${y} by ${x}`,
    leftPoints: (rows: number) =>
      `${rows === 1 ? "1 row is" : `${rows.toLocaleString("en")} rows are`} not drawn: too many places.`,
    leftSeries: (series: number) =>
      `${series === 1 ? "1 smaller series is" : `${series} smaller series are`} not drawn.`,
  },
} as const;
