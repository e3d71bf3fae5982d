import Select from "@cloudscape-design/components/select";
import { useLoaded } from "../../api/use-loaded.js";
import { mapTexts } from "../../texts/service-map.js";
import { loadGroups } from "./load-groups.js";

/** @param value the group's name; empty for all traces. */
export function GroupPicker({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const { value: groups = [], failure, loading } = useLoaded("groups", loadGroups);
  const named = groups.flatMap(({ GroupName = "", FilterExpression = "" }) =>
    GroupName === "Default" ? [] : [{ value: GroupName, label: GroupName, description: FilterExpression }],
  );
  const options = [{ value: "", label: mapTexts.allTraces }, ...named];
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
