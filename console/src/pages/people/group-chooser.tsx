import Multiselect from "@cloudscape-design/components/multiselect";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";

interface GroupChooserProps {
  readonly names: readonly string[];
  readonly value: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

/** Chooses groups of users. */
export function GroupChooser({ names, value, onChange }: GroupChooserProps) {
  return (
    <Multiselect
      selectedOptions={value.map((name) => ({ value: name, label: name }))}
      options={names.map((name) => ({ value: name, label: name }))}
      onChange={({ detail }) => onChange(detail.selectedOptions.flatMap((option) => option.value ?? []))}
      filteringType="auto"
      placeholder={peopleTexts.create.chooseGroups}
      empty={peopleTexts.group_.empty}
      ariaLabel={peopleTexts.create.groups}
      deselectAriaLabel={(option) => common.deselect(option.label ?? "")}
    />
  );
}
