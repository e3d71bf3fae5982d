import { type AdvancedEventSelector, CloudTrailClient, CreateEventDataStoreCommand } from "@aws-sdk/client-cloudtrail";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { idOf } from "../../parts/sql/use-stores.js";
import { notify } from "../../shell/notices.js";
import { queryTexts } from "../../texts/query.js";

const texts = queryTexts.store;
type Contents = keyof typeof texts.contentsChoices;

const management = { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] };
const traces = [
  { Field: "eventCategory", Equals: ["Data"] },
  { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
];
const selectors: Readonly<Record<Contents, AdvancedEventSelector[]>> = {
  all: [management, { FieldSelectors: traces }],
  reads: [{ FieldSelectors: [...traces, { Field: "readOnly", Equals: ["true"] }] }],
  management: [management],
  insight: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Insight"] }] }],
};

/** Makes an event data store. */
export function CreateStoreDialog({ onClose, onMade }: { onClose: () => void; onMade: (storeId: string) => void }) {
  const [name, setName] = useState("audit");
  const [days, setDays] = useState("366");
  const [contents, setContents] = useState<Contents>("all");
  const [isProtected, setProtected] = useState(true);

  const create = async () => {
    const { EventDataStoreArn = "" } = await clientOf(CloudTrailClient).send(
      new CreateEventDataStoreCommand({
        Name: name,
        RetentionPeriod: Number(days),
        TerminationProtectionEnabled: isProtected,
        AdvancedEventSelectors: selectors[contents],
      }),
    );
    notify("success", texts.made(name));
    onMade(idOf(EventDataStoreArn));
  };

  return (
    <FormDialog
      header={texts.dialog}
      action={texts.create}
      ready={name.trim() !== "" && Number(days) > 0}
      onSubmit={create}
      onClose={onClose}
    >
      <FormField label={texts.name} constraintText={texts.nameHint}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label={texts.contents}>
        <RadioGroup
          value={contents}
          onChange={({ detail }) => setContents(detail.value as Contents)}
          items={Object.entries(texts.contentsChoices).map(([value, [label, description]]) => ({
            value,
            label,
            description,
          }))}
        />
      </FormField>
      <FormField label={texts.retention} constraintText={texts.retentionHint}>
        <Input type="number" inputMode="numeric" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
      <Checkbox checked={isProtected} onChange={({ detail }) => setProtected(detail.checked)}>
        {texts.protect}
      </Checkbox>
    </FormDialog>
  );
}
