import Select from "@cloudscape-design/components/select";
import { useLoaded } from "../../api/use-loaded.js";
import { mapTexts } from "../../texts/service-map.js";
import { loadGroups } from "./load-groups.js";

interface GroupPickerProps {
  /** The group's name; empty for all. */
  readonly value: string;
  readonly onChange: (name: string) => void;
  /** What all of them are called. */
  readonly all?: string;
  /** Default stands for every trace, which is the same as no group, except where groups are watched. */
  readonly withDefault?: boolean;
}

export function GroupPicker({ value, onChange, all = mapTexts.allTraces, withDefault = false }: GroupPickerProps) {
  const { value: groups = [], failure, loading } = useLoaded("groups", loadGroups);
  const named = groups.flatMap(({ GroupName = "", FilterExpression = "" }) =>
    GroupName === "Default" && !withDefault
      ? []
      : [{ value: GroupName, label: GroupName, description: FilterExpression }],
  );
  const options = [{ value: "", label: all }, ...named];
  // A group of an address that is not in the list stays chosen: the answer says what is wrong with it.
  const selected = options.find((option) => option.value === value) ?? { value, label: value };
  return (
    <Select
      selectedOption={selected}
      options={options}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      ariaLabel={mapTexts.group}
      inlineLabelText={mapTexts.group}
      statusType={loading ? "loading" : failure ? "error" : "finished"}
      errorText={failure?.message}
      expandToViewport
    />
  );
}
