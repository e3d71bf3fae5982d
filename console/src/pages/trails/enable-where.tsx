import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import Toggle from "@cloudscape-design/components/toggle";
import { texts } from "../../texts/enable-xray.js";
import { defaultChoices, namesFor, withTrail } from "./enable-choices.js";
import type { StepProps } from "./enable-wizard.js";

/** A new trail with its bucket, or one that is there. */
export function TrailStep({ choices, found, problems, change }: StepProps) {
  const words = texts.trail;
  const { trails = [], buckets } = found;
  const chosen = trails.find(({ name }) => name === choices.trailName);
  const choose = (name: string) => {
    const trail = trails.find((each) => each.name === name);
    if (trail !== undefined) change(withTrail(choices, trail, found));
  };

  /** Other names follow the trail's, until somebody chooses them. */
  function rename(trailName: string) {
    const before = namesFor(choices.trailName, found);
    const after = namesFor(trailName, found);
    change({
      trailName,
      ...(choices.bucket === before.bucket && { bucket: after.bucket }),
      ...(choices.group === before.group && { group: after.group }),
      ...(choices.role === before.role && { role: after.role }),
    });
  }

  return (
    <Container>
      <SpaceBetween size="l">
        <FormField label={words.which} stretch>
          <Tiles
            value={choices.mode}
            onChange={({ detail }) => {
              const [first] = trails;
              if (detail.value === "existing" && first !== undefined) change(withTrail(choices, first, found));
              if (detail.value === "new") {
                const { trailName } = defaultChoices({ ...found, trails: trails.slice(0, 4) });
                change({ mode: "new", ...namesFor(trailName, found) });
              }
            }}
            items={[
              { value: "new", label: words.new, description: words.newHint },
              {
                value: "existing",
                label: words.existing,
                description: trails.length === 0 ? words.noneThere : words.existingHint,
                disabled: trails.length === 0,
              },
            ]}
          />
        </FormField>
        {choices.mode === "new" && trails.length >= 5 && <Alert type="warning">{words.full(trails.length)}</Alert>}
        {choices.mode === "new" ? (
          <SpaceBetween size="l">
            <FormField label={words.name} errorText={problems.trailName}>
              <Input value={choices.trailName} onChange={({ detail }) => rename(detail.value)} />
            </FormField>
            <FormField
              label={words.bucket}
              errorText={problems.bucket}
              constraintText={buckets?.includes(choices.bucket) ? words.bucketThere : words.bucketMade}
            >
              <Input value={choices.bucket} onChange={({ detail }) => change({ bucket: detail.value })} />
            </FormField>
          </SpaceBetween>
        ) : (
          <FormField label={words.choice} errorText={problems.trailName}>
            <Select
              selectedOption={chosen === undefined ? null : { value: chosen.name, label: chosen.name }}
              placeholder={words.choose}
              options={trails.map(({ name, bucket, group }) => ({
                value: name,
                label: name,
                description: [bucket, group].filter(Boolean).join(", "),
              }))}
              onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** A log group and the role that writes to it, both made if they are not there. */
export function LogsStep({ choices, found, problems, change }: StepProps) {
  const words = texts.logs;
  const { logs, group, role, mode, trailName } = choices;
  const trail = mode === "existing" ? found.trails?.find(({ name }) => name === trailName) : undefined;
  return (
    <Container>
      <SpaceBetween size="l">
        <Toggle checked={logs} onChange={({ detail }) => change({ logs: detail.checked })}>
          {words.toggle}
        </Toggle>
        {trail?.group !== undefined && <Alert type="info">{words.keepsIt(trail.group)}</Alert>}
        {logs && (
          <SpaceBetween size="l">
            <FormField
              label={words.group}
              errorText={problems.group}
              constraintText={found.groups?.includes(group) ? words.groupThere : words.groupMade}
            >
              <Input value={group} onChange={({ detail }) => change({ group: detail.value })} />
            </FormField>
            <FormField
              label={words.role}
              errorText={problems.role}
              constraintText={found.roles?.includes(role) ? words.roleThere : words.roleMade}
            >
              <Input value={role} onChange={({ detail }) => change({ role: detail.value })} />
            </FormField>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
