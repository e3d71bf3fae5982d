import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useUrlState } from "../../api/use-url-state.js";
import { ChartDrawing } from "../../parts/sql/chart-drawing.js";
import { type ChartChoice, fittingChart } from "../../parts/sql/chart-series.js";
import { kindOfColumn, type Result } from "../../parts/sql/result-rows.js";
import { queryTexts } from "../../texts/query.js";
import { sqlTexts } from "../../texts/sql.js";

const texts = { ...sqlTexts.chart, ...queryTexts.chart };

/** A result drawn: which columns, the reader chooses. */
export default function ResultChart({ result, partial }: { result: Result; partial: boolean }) {
  const fitting = useMemo(() => fittingChart(result), [result]);
  const [type, setType] = useUrlState("chart", fitting?.type ?? "bar");
  const [x, setX] = useUrlState("x", fitting?.x ?? "");
  const [y, setY] = useUrlState("y", fitting?.y ?? "");
  const [split, setSplit] = useUrlState("split", fitting?.split ?? "");
  const numbers = result.columns.filter((_, index) => kindOfColumn(result.rows, index) === "number");
  if (fitting === undefined)
    return (
      <Box textAlign="center" padding="l">
        <Box variant="strong">{texts.none}</Box>
        <Box variant="p">{texts.noneBody}</Box>
      </Box>
    );
  const known = (name: string, otherwise: string) => (result.columns.includes(name) ? name : otherwise);
  const choice: ChartChoice = {
    type: type === "line" ? "line" : "bar",
    x: known(x, fitting.x),
    y: known(y, fitting.y),
    split: known(split, ""),
  };
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={4}>
        <Choice
          label={texts.type}
          value={choice.type}
          options={[
            ["bar", texts.bar],
            ["line", texts.line],
          ]}
          onChange={setType}
        />
        <Choice label={texts.x} value={choice.x} options={result.columns} onChange={setX} />
        <Choice label={texts.y} value={choice.y} options={numbers} onChange={setY} />
        <Choice
          label={texts.split}
          value={choice.split}
          options={[["", texts.noSplit], ...result.columns.map((name) => [name, name] as const)]}
          onChange={setSplit}
        />
      </ColumnLayout>
      <ChartDrawing result={result} choice={choice} />
      {partial && <Box color="text-body-secondary">{texts.partial(result.rows.length)}</Box>}
    </SpaceBetween>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (string | readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  const all = options.map((option) =>
    typeof option === "string" ? { value: option, label: option } : { value: option[0], label: option[1] },
  );
  return (
    <FormField label={label}>
      <Select
        options={all}
        selectedOption={all.find((option) => option.value === value) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
