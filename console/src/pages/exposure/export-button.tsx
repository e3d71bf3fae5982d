import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { failureOf, wasAborted } from "../../api/failure.js";
import { csvText } from "../../parts/csv.js";
import { failureText } from "../../parts/failure-text.js";
import { saveFile } from "../../parts/save-file.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/exposure.js";
import { type Asked, fetchAnswer } from "./use-answer.js";

const rowsMax = 100_000;

interface ExportButtonProps {
  readonly asked: Asked;
  /** The list of the answer that is exported. */
  readonly list: "Accesses" | "Callers" | "Traces";
  readonly fileName: string;
}

/** Saves the whole list, not only what is on the page: asks for page after page. */
export function ExportButton({ asked, list, fileName }: ExportButtonProps) {
  const [fetched, setFetched] = useState<number>();
  const control = useRef<AbortController>(undefined);
  useEffect(() => () => control.current?.abort(), []);

  async function run(format: string) {
    control.current = new AbortController();
    const { signal } = control.current;
    setFetched(0);
    try {
      const { head, rows, isWhole } = await fetchAll(asked, list, signal, setFetched);
      const file = `${fileName}.${format}`;
      if (format === "csv") saveFile(file, "text/csv", csvOf(rows));
      else saveFile(file, "application/json", `${JSON.stringify({ ...head, [list]: rows }, null, 2)}\n`);
      notify("success", texts.export.done(rows.length, file));
      if (!isWhole) notify("info", texts.export.tooMany(rowsMax));
    } catch (problem) {
      if (!wasAborted(problem)) notify("error", texts.export.failed(failureText(failureOf(problem))));
    }
    setFetched(undefined);
  }

  if (fetched !== undefined)
    return (
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Box color="text-body-secondary">{texts.export.running(fetched)}</Box>
        <Button onClick={() => control.current?.abort()}>{common.cancel}</Button>
      </SpaceBetween>
    );
  return (
    <ButtonDropdown
      items={[
        { id: "csv", text: texts.export.csv },
        { id: "json", text: texts.export.json },
      ]}
      onItemClick={({ detail }) => void run(detail.id)}
    >
      {texts.export.button}
    </ButtonDropdown>
  );
}

type Row = Readonly<Record<string, unknown>>;
type AnyAnswer = { readonly NextToken?: string } & Row;

async function fetchAll(
  asked: Asked,
  list: string,
  signal: AbortSignal,
  onRows: (count: number) => void,
): Promise<{ head: Row; rows: Row[]; isWhole: boolean }> {
  const rows: Row[] = [];
  let head: Row | undefined;
  let NextToken: string | undefined;
  do {
    const answer = await fetchAnswer<AnyAnswer>(asked, { MaxResults: 1000, NextToken }, signal);
    const { NextToken: next, ...rest } = answer;
    head ??= rest;
    rows.push(...((rest[list] as readonly Row[] | undefined) ?? []));
    NextToken = next;
    onRows(rows.length);
  } while (NextToken !== undefined && rows.length < rowsMax);
  return { head, rows, isWhole: NextToken === undefined };
}

/** Times as people and spreadsheets read them; columns are those that any row has. */
function csvOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (name: string, value: unknown) => {
    if (name.endsWith("Time") && typeof value === "number") return new Date(value * 1000).toISOString();
    return Array.isArray(value) ? value.join(" ") : value;
  };
  return csvText(
    columns,
    rows.map((row) => columns.map((name) => cell(name, row[name]))),
  );
}
