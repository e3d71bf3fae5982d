import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { type AlertConfiguration, callDetection, type Severity, severities } from "./detection-api.js";
import { WorkingHours } from "./working-hours.js";

const texts = anomaliesTexts.alerts;
const levels = severities.map((value) => ({ value: value as string, label: anomaliesTexts.severity[value] ?? value }));

/** Who is told of findings, and when people work. */
export function Alerts() {
  const loaded = useLoaded("alerts", (signal) =>
    callDetection<AlertConfiguration & { FailingAlerts: number }>("GetAlertConfiguration", {}, signal),
  );
  if (loaded.value === undefined)
    return loaded.failure === undefined ? (
      <Box>{common.loading}</Box>
    ) : (
      <FailureAlert failure={loaded.failure} retry={loaded.reload} />
    );
  const { FailingAlerts, ...configuration } = loaded.value;
  return (
    <SpaceBetween size="m">
      <Header variant="h2">{texts.header}</Header>
      {FailingAlerts > 0 && <Alert type="warning">{texts.failing(FailingAlerts)}</Alert>}
      <AlertForm configuration={configuration} />
    </SpaceBetween>
  );
}

function AlertForm({ configuration }: { configuration: AlertConfiguration }) {
  const [topics, setTopics] = useState(configuration.Topics);
  const [hours, setHours] = useState(configuration.Hours);
  const [suppression, setSuppression] = useState(String(configuration.SuppressionSeconds));
  const [failure, setFailure] = useState<Failure>();
  const [saving, setSaving] = useState(false);
  const changeTopic = (at: number, change: Partial<AlertConfiguration["Topics"][number]>) =>
    setTopics((before) => before.map((topic, index) => (index === at ? { ...topic, ...change } : topic)));

  const save = async () => {
    setSaving(true);
    setFailure(undefined);
    try {
      await callDetection("PutAlertConfiguration", {
        Topics: topics,
        ...(hours && { Hours: hours }),
        SuppressionSeconds: Number(suppression),
      });
      notify("success", texts.saved);
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setSaving(false);
  };

  return (
    <SpaceBetween size="l">
      <FormField label={texts.topics} description={texts.topicsHint} stretch>
        <AttributeEditor
          items={topics}
          addButtonText={texts.add}
          removeButtonText={texts.remove}
          empty={texts.empty}
          onAddButtonClick={() => setTopics((before) => [...before, { TopicArn: "", MinimumSeverity: "medium" }])}
          onRemoveButtonClick={({ detail }) => setTopics((before) => before.filter((_, at) => at !== detail.itemIndex))}
          definition={[
            {
              label: texts.arn,
              control: ({ TopicArn }, at) => (
                <Input
                  value={TopicArn}
                  placeholder="arn:aws:sns:us-east-1:000000000000:alerts"
                  onChange={({ detail }) => changeTopic(at, { TopicArn: detail.value })}
                />
              ),
            },
            {
              label: texts.minimum,
              control: ({ MinimumSeverity }, at) => (
                <Select
                  options={levels}
                  selectedOption={levels.find(({ value }) => value === MinimumSeverity) ?? null}
                  onChange={({ detail }) =>
                    changeTopic(at, { MinimumSeverity: detail.selectedOption.value as Severity })
                  }
                />
              ),
            },
          ]}
        />
      </FormField>
      <FormField label={texts.suppression} constraintText={texts.suppressionHint}>
        <Input type="number" value={suppression} onChange={({ detail }) => setSuppression(detail.value)} />
      </FormField>
      <Checkbox
        checked={hours !== undefined}
        description={texts.hoursHint}
        onChange={({ detail }) =>
          setHours(
            detail.checked
              ? { TimeZone: "UTC", Days: ["MON", "TUE", "WED", "THU", "FRI"], From: "08:00", Until: "18:00" }
              : undefined,
          )
        }
      >
        {texts.hours}
      </Checkbox>
      {hours !== undefined && <WorkingHours hours={hours} onChange={setHours} />}
      <FailureAlert failure={failure} />
      <Button variant="primary" loading={saving} onClick={save}>
        {texts.save}
      </Button>
    </SpaceBetween>
  );
}
