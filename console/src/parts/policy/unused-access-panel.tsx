import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useLocation } from "wouter";
import { callExtension } from "../../api/extension.js";
import { type Loaded, useLoaded } from "../../api/use-loaded.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import { EmptyList } from "../empty-list.js";
import { FailureAlert } from "../failure-alert.js";
import { useMoments } from "../moments.js";
import type { UnusedAccess } from "./access-extensions.js";

type OfService = UnusedAccess["Services"][number];

const texts = peopleTexts.unused;

/** @param arn of a user or role; undefined while it is not known. */
export function useUnusedAccess(arn: string | undefined): Loaded<UnusedAccess> {
  return useLoaded(arn && `unused ${arn}`, (signal) =>
    callExtension<UnusedAccess>("iam", "GetUnusedAccess", { PrincipalArn: arn }, { signal }),
  );
}

/** What a user or role may do beside what it did. */
export function UnusedAccessPanel({ arn, access }: { arn: string; access: Loaded<UnusedAccess> }) {
  const { full } = useMoments();
  const [, navigate] = useLocation();
  const { value } = access;
  const unusedKeys = value?.AccessKeys.filter(({ LastUsedTime }) => LastUsedTime === undefined) ?? [];
  return (
    <Table<OfService>
      items={value?.Services ?? []}
      trackBy="ServiceNamespace"
      loading={access.loading && value === undefined}
      loadingText={common.loading}
      ariaLabels={{ tableLabel: texts.title }}
      wrapLines
      header={
        <SpaceBetween size="s">
          <Header
            variant="h2"
            description={texts.description}
            actions={
              <Button onClick={() => navigate(`/least-privilege?principal=${encodeURIComponent(arn)}`)}>
                {texts.smaller}
              </Button>
            }
          >
            {texts.title}
          </Header>
          <FailureAlert failure={access.failure} retry={access.reload} />
          {unusedKeys.map(({ AccessKeyId }) => (
            <StatusIndicator key={AccessKeyId} type="warning">
              {texts.keyNever(AccessKeyId)}
            </StatusIndicator>
          ))}
          {value !== undefined && value.UnknownCalls > 0 && <Box>{texts.unknown(value.UnknownCalls)}</Box>}
        </SpaceBetween>
      }
      empty={<EmptyList failure={access.failure} text={texts.none} />}
      columnDefinitions={[
        { id: "service", header: texts.service, isRowHeader: true, cell: ({ ServiceName }) => ServiceName },
        { id: "share", header: texts.used, minWidth: 160, cell: (service) => <Share service={service} /> },
        {
          id: "last",
          header: texts.lastUsed,
          cell: ({ UsedActions }) =>
            UsedActions.length === 0
              ? peopleTexts.never
              : full(Math.max(...UsedActions.map(({ LastUsedTime }) => LastUsedTime)) * 1000),
        },
        {
          id: "actions",
          header: texts.actions,
          minWidth: 300,
          cell: ({ UsedActions, UnusedActions }) => (
            <SpaceBetween size="xs">
              {UsedActions.length > 0 && (
                <ExpandableSection headerText={`${texts.used} (${UsedActions.length})`} variant="inline">
                  <Box variant="small">{UsedActions.map(({ Action }) => Action).join(", ")}</Box>
                </ExpandableSection>
              )}
              {UnusedActions.length > 0 && (
                <ExpandableSection headerText={`${texts.unused} (${UnusedActions.length})`} variant="inline">
                  <Box variant="small">{UnusedActions.join(", ")}</Box>
                </ExpandableSection>
              )}
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

function Share({ service: { ServiceName, UsedActions, UnusedActions } }: { service: OfService }) {
  const all = UsedActions.length + UnusedActions.length;
  return (
    <ProgressBar
      value={(100 * UsedActions.length) / all}
      ariaLabel={`${texts.used}: ${ServiceName}`}
      additionalInfo={texts.count(UsedActions.length, all)}
    />
  );
}
