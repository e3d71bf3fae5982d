import type { RequestWidget } from "@aws-sdk/client-cloudtrail";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useMemo, useState } from "react";
import { FormDialog } from "../../parts/form-dialog.js";
import { StatementEditor } from "../../parts/sql/statement-editor.js";
import { notify } from "../../shell/notices.js";
import { dashboardsTexts } from "../../texts/dashboards.js";

const texts = dashboardsTexts.widget;
const views = Object.entries(texts.views).map(([value, label]) => ({ value, label }));

/** A widget's statement, and how its result is drawn. Without a widget: a new one. */
export function WidgetDialog({
  widget,
  storeId,
  onClose,
  onSave,
  onRemove,
}: {
  widget: RequestWidget | undefined;
  storeId: string;
  onClose: () => void;
  onSave: (widget: RequestWidget) => Promise<void>;
  onRemove: () => Promise<void>;
}) {
  const before = widget?.ViewProperties ?? { View: "LineChart", XAxisColumn: "period", YAxisColumn: "calls" };
  const [statement, setStatement] = useState(widget?.QueryStatement ?? texts.template(storeId));
  const [title, setTitle] = useState(before["Title"] ?? "");
  const [view, setView] = useState(before["View"] ?? "Table");
  const [along, setAlong] = useState(before["XAxisColumn"] ?? before["LabelColumn"] ?? "");
  const [amount, setAmount] = useState(before["YAxisColumn"] ?? before["ValueColumn"] ?? "");
  const [parameters, setParameters] = useState(
    (widget === undefined ? ["$Period$", "$StartTime$", "$EndTime$"] : (widget.QueryParameters ?? [])).join(", "),
  );
  const stores = useMemo(() => [], []);
  const kinds = useMemo(() => new Map(), []);

  const save = async () => {
    const names = parameters
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    const { Height = "2", Width = view === "LineChart" || view === "Table" ? "8" : "4" } = before;
    await onSave({
      QueryStatement: statement,
      ...(names.length > 0 && { QueryParameters: names }),
      ViewProperties: { Title: title, View: view, Height, Width, ...columnsOf(view, along, amount) },
    });
    notify("success", texts.saved(title));
  };

  return (
    <FormDialog
      size="large"
      header={widget === undefined ? texts.add : texts.edit}
      action={texts.save}
      ready={title.trim() !== "" && statement.trim() !== ""}
      others={widget === undefined ? [] : [{ text: texts.remove, run: onRemove }]}
      onSubmit={save}
      onClose={onClose}
    >
      <ColumnLayout columns={2}>
        <FormField label={texts.title}>
          <Input value={title} onChange={({ detail }) => setTitle(detail.value)} />
        </FormField>
        <FormField label={texts.view}>
          <Select
            options={views}
            selectedOption={views.find(({ value }) => value === view) ?? null}
            onChange={({ detail }) => setView(detail.selectedOption.value ?? "Table")}
          />
        </FormField>
        {view !== "Table" && (
          <FormField label={view === "LineChart" ? texts.x : texts.label}>
            <Input value={along} onChange={({ detail }) => setAlong(detail.value)} />
          </FormField>
        )}
        {view !== "Table" && (
          <FormField label={texts.amount}>
            <Input value={amount} onChange={({ detail }) => setAmount(detail.value)} />
          </FormField>
        )}
      </ColumnLayout>
      <FormField label={texts.statement} stretch>
        <StatementEditor value={statement} onChange={setStatement} stores={stores} kinds={kinds} />
      </FormField>
      <FormField label={texts.parameters} constraintText={texts.parametersHint}>
        <Input value={parameters} onChange={({ detail }) => setParameters(detail.value)} />
      </FormField>
    </FormDialog>
  );
}

function columnsOf(view: string, along: string, amount: string): Record<string, string> {
  if (view === "Table") return {};
  if (view === "LineChart") return { XAxisColumn: along, YAxisColumn: amount };
  return { LabelColumn: along, ValueColumn: amount };
}
