import { CloudWatchLogsClient, DescribeLogGroupsCommand, type LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { logsTexts } from "../../texts/logs.js";
import { bytesText } from "./bytes.js";

const texts = logsTexts.groups;

/** The log groups of the account and region. */
export function GroupList({ onOpen }: { onOpen: (group: string) => void }) {
  const { full, zone } = useMoments();
  const [search, setSearch] = useState("");
  const pattern = useDeferredValue(search.trim());
  const groups = usePages<LogGroup>(`groups ${pattern}`, async (nextToken, abortSignal) => {
    const answer = await clientOf(CloudWatchLogsClient).send(
      new DescribeLogGroupsCommand({ ...(pattern !== "" && { logGroupNamePattern: pattern }), nextToken }),
      { abortSignal },
    );
    return { items: answer.logGroups ?? [], nextToken: answer.nextToken };
  });

  return (
    <SpaceBetween size="s">
      <FailureAlert failure={groups.failure} retry={groups.reload} />
      <Table
        ariaLabels={{ tableLabel: texts.table }}
        items={groups.items}
        trackBy={(group) => group.logGroupName ?? ""}
        loading={groups.loading && groups.items.length === 0}
        loadingText={common.loading}
        filter={
          <TextFilter
            filteringText={search}
            filteringAriaLabel={texts.find}
            filteringPlaceholder={texts.find}
            onChange={({ detail }) => setSearch(detail.filteringText)}
          />
        }
        empty={
          <Box textAlign="center">
            <Box variant="strong">{pattern === "" ? texts.none : texts.noMatch}</Box>
            {pattern === "" && <Box variant="p">{texts.noneBody}</Box>}
          </Box>
        }
        columnDefinitions={[
          {
            id: "name",
            header: texts.name,
            isRowHeader: true,
            cell: ({ logGroupName: name = "" }) => (
              <Link
                href={`/console/logs?group=${encodeURIComponent(name)}`}
                onFollow={(event) => {
                  event.preventDefault();
                  onOpen(name);
                }}
              >
                {name}
              </Link>
            ),
          },
          { id: "retention", header: texts.retention, cell: ({ retentionInDays }) => retentionText(retentionInDays) },
          { id: "size", header: texts.size, cell: ({ storedBytes = 0 }) => bytesText(storedBytes) },
          { id: "made", header: `${texts.made} (${zone})`, cell: ({ creationTime = 0 }) => full(creationTime) },
        ]}
        footer={
          groups.more && (
            <Box textAlign="center">
              <Button variant="link" loading={groups.loading} onClick={groups.loadMore}>
                {common.loadMore}
              </Button>
            </Box>
          )
        }
      />
    </SpaceBetween>
  );
}

export function retentionText(days: number | undefined): string {
  return days === undefined ? logsTexts.retention.forever : logsTexts.retention.days(days);
}
