import { IAMClient, ListGroupsCommand, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { common } from "../../texts/common.js";
import { policyTexts } from "../../texts/policies.js";
import { FailureAlert } from "../failure-alert.js";
import type { Entity } from "./entity-policies.js";
import { everyPage } from "./every-page.js";

interface EntityChooserProps {
  readonly value: Entity | undefined;
  readonly onChange: (entity: Entity, arn: string) => void;
  readonly label: string;
  readonly kinds?: readonly Entity["kind"][];
}

interface Found extends Entity {
  readonly arn: string;
}

const everyKind = ["user", "group", "role"] as const;

/** Chooses a user, a group or a role by name. A kind that one may not list is left out, and said so. */
export function EntityChooser({ value, onChange, label, kinds = everyKind }: EntityChooserProps) {
  const lists = {
    user: useLoaded(kinds.includes("user") ? "users" : undefined, (signal) => entitiesOf("user", signal)),
    group: useLoaded(kinds.includes("group") ? "groups" : undefined, (signal) => entitiesOf("group", signal)),
    role: useLoaded(kinds.includes("role") ? "roles" : undefined, (signal) => entitiesOf("role", signal)),
  };
  const found = kinds.flatMap((kind) => lists[kind].value ?? []);
  const options: SelectProps.OptionGroup[] = kinds.map((kind) => ({
    label: policyTexts.attached[kind],
    options: (lists[kind].value ?? []).map(({ name, arn }) => ({ label: name, value: arn })),
  }));
  const chosen = found.find(({ kind, name }) => kind === value?.kind && name === value.name);
  return (
    <SpaceBetween size="s">
      {kinds.map((kind) => (
        <FailureAlert key={kind} failure={lists[kind].failure} retry={lists[kind].reload} />
      ))}
      <FormField label={label}>
        <Select
          selectedOption={value === undefined ? null : { label: value.name, value: chosen?.arn ?? value.name }}
          options={options.filter((group) => group.options.length > 0)}
          filteringType="auto"
          placeholder={label}
          statusType={kinds.some((kind) => lists[kind].loading) ? "loading" : "finished"}
          loadingText={common.loading}
          onChange={({ detail }) => {
            const entity = found.find(({ arn }) => arn === detail.selectedOption.value);
            if (entity !== undefined) onChange({ kind: entity.kind, name: entity.name }, entity.arn);
          }}
        />
      </FormField>
    </SpaceBetween>
  );
}

function entitiesOf(kind: Entity["kind"], signal: AbortSignal): Promise<Found[]> {
  const iam = clientOf(IAMClient);
  const options = { abortSignal: signal };
  return everyPage<Found>(async (Marker) => {
    if (kind === "user") {
      const page = await iam.send(new ListUsersCommand({ Marker, MaxItems: 1000 }), options);
      const items = (page.Users ?? []).map(({ UserName = "", Arn = "" }) => ({ kind, name: UserName, arn: Arn }));
      return { items, next: page.Marker };
    }
    if (kind === "group") {
      const page = await iam.send(new ListGroupsCommand({ Marker, MaxItems: 1000 }), options);
      const items = (page.Groups ?? []).map(({ GroupName = "", Arn = "" }) => ({ kind, name: GroupName, arn: Arn }));
      return { items, next: page.Marker };
    }
    const page = await iam.send(new ListRolesCommand({ Marker, MaxItems: 1000 }), options);
    const items = (page.Roles ?? []).map(({ RoleName = "", Arn = "" }) => ({ kind, name: RoleName, arn: Arn }));
    return { items, next: page.Marker };
  });
}
