import Select from "@cloudscape-design/components/select";
import { roleTexts } from "../../texts/roles.js";

/** Chooses how long a session of a role may last: 1 to 12 hours, as IAM has it. */
export function SessionSelect({ seconds, onChange }: { seconds: number; onChange: (seconds: number) => void }) {
  const options = [1, 2, 4, 8, 12].map((hours) => ({ value: String(hours * 3600), label: roleTexts.hours(hours) }));
  const chosen = options.find(({ value }) => value === String(seconds));
  return (
    <Select
      selectedOption={chosen ?? { value: String(seconds), label: roleTexts.hours(Number((seconds / 3600).toFixed(1))) }}
      options={options}
      onChange={({ detail }) => onChange(Number(detail.selectedOption.value))}
      ariaLabel={roleTexts.session}
    />
  );
}
