import { type AdvancedEventSelector, CloudTrailClient, CreateEventDataStoreCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { idOf } from "../../parts/sql/use-stores.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
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
  const [failure, setFailure] = useState<Failure>();
  const [waiting, setWaiting] = useState(false);

  const create = async () => {
    setWaiting(true);
    try {
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
    } catch (problem) {
      setFailure(failureOf(problem));
      setWaiting(false);
    }
  };

  return (
    <Modal
      visible
      header={texts.dialog}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button variant="primary" loading={waiting} onClick={create}>
              {texts.create}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
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
        <FailureAlert failure={failure} />
      </SpaceBetween>
    </Modal>
  );
}
