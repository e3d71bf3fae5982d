import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import TimeInput from "@cloudscape-design/components/time-input";
import { anomaliesTexts } from "../../texts/anomalies.js";
import type { AlertConfiguration } from "./detection-api.js";

const texts = anomaliesTexts.alerts;
const days = texts.weekDays.map(([value, label]) => ({ value: value as string, label }));

type Hours = NonNullable<AlertConfiguration["Hours"]>;

/** When people work: rules about the time of day go by it. */
export function WorkingHours({ hours, onChange }: { hours: Hours; onChange: (hours: Hours) => void }) {
  const set = (change: Partial<Hours>) => onChange({ ...hours, ...change });
  return (
    <ColumnLayout columns={4}>
      <FormField label={texts.zone}>
        <Input value={hours.TimeZone} onChange={({ detail }) => set({ TimeZone: detail.value })} />
      </FormField>
      <FormField label={texts.days}>
        <Multiselect
          options={days}
          selectedOptions={days.filter(({ value }) => hours.Days.includes(value))}
          onChange={({ detail }) => set({ Days: detail.selectedOptions.map(({ value = "" }) => value) })}
          hideTokens
          placeholder={days
            .filter(({ value }) => hours.Days.includes(value))
            .map(({ label }) => label.slice(0, 3))
            .join(", ")}
        />
      </FormField>
      <FormField label={texts.from}>
        <TimeInput format="hh:mm" value={hours.From} onChange={({ detail }) => set({ From: detail.value })} />
      </FormField>
      <FormField label={texts.until}>
        <TimeInput format="hh:mm" value={hours.Until} onChange={({ detail }) => set({ Until: detail.value })} />
      </FormField>
    </ColumnLayout>
  );
}
