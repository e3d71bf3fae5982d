import type { Trail } from "@aws-sdk/client-cloudtrail";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { ConsoleLink } from "../../parts/console-link.js";
import { texts } from "../../texts/trails.js";

const words = texts.trail;

export function TrailSettings({ trail }: { trail: Trail }) {
  const shown = (value: string | undefined) => value || words.none;
  const yesNo = (value: boolean | undefined) => (value === true ? words.yes : words.no);
  const group = trail.CloudWatchLogsLogGroupArn?.split(":").slice(6, -1).join(":");
  const { fact } = words;
  return (
    <Container header={<Header variant="h2">{words.settings}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: fact.arn, value: shown(trail.TrailARN) },
          { label: fact.home, value: shown(trail.HomeRegion) },
          { label: fact.multiRegion, value: yesNo(trail.IsMultiRegionTrail) },
          { label: fact.bucket, value: shown(trail.S3BucketName) },
          { label: fact.prefix, value: shown(trail.S3KeyPrefix) },
          { label: fact.validation, value: yesNo(trail.LogFileValidationEnabled) },
          {
            label: fact.group,
            value:
              group === undefined ? (
                words.none
              ) : (
                <ConsoleLink to={`/logs?group=${encodeURIComponent(group)}`}>{group}</ConsoleLink>
              ),
          },
          { label: fact.role, value: shown(trail.CloudWatchLogsRoleArn) },
          { label: fact.topic, value: shown(trail.SnsTopicARN) },
          { label: fact.key, value: shown(trail.KmsKeyId) },
          { label: fact.global, value: yesNo(trail.IncludeGlobalServiceEvents) },
        ]}
      />
    </Container>
  );
}
