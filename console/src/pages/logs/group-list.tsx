import { CloudWatchLogsClient, DescribeLogGroupsCommand, type LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useDeferredValue, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { pagesCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
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
      <PagedTable
        pages={groups}
        ariaLabels={{ tableLabel: texts.table }}
        items={groups.items}
        header={
          <Header
            {...pagesCount(groups)}
            actions={<Button iconName="refresh" ariaLabel={common.refresh} onClick={groups.reload} />}
          >
            {texts.table}
          </Header>
        }
        trackBy={(group) => group.logGroupName ?? ""}
        filter={
          <TextFilter
            filteringText={search}
            filteringAriaLabel={texts.find}
            filteringPlaceholder={texts.find}
            onChange={({ detail }) => setSearch(detail.filteringText)}
          />
        }
        empty={
          pattern === "" ? (
            <NothingHere text={texts.none} hint={texts.noneBody} />
          ) : (
            <NothingHere text={texts.noMatch} />
          )
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
      />
    </SpaceBetween>
  );
}

export function retentionText(days: number | undefined): string {
  return days === undefined ? logsTexts.retention.forever : logsTexts.retention.days(days);
}
