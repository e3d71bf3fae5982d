import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { entityAddress } from "../../parts/policy/entity-address.js";
import { common } from "../../texts/common.js";
import { leastTexts } from "../../texts/least-privilege.js";
import { peopleTexts } from "../../texts/people.js";
import { policyTexts } from "../../texts/policies.js";
import { type AccessRow, useEveryone } from "./use-everyone.js";

const texts = leastTexts.everyone;

/** What every user and role may do and never did, and keys that nobody used. */
export function EveryoneTab() {
  const { full } = useMoments();
  const { rows, all, running, failure, start, stop } = useEveryone();
  const { items, collectionProps, filterProps, paginationProps } = useCollection(rows, {
    filtering: {
      filteringFunction: ({ name }, text) => name.toLowerCase().includes(text.toLowerCase()),
      empty: <Box textAlign="center">{texts.empty}</Box>,
      noMatch: <Box textAlign="center">{common.noMatch}</Box>,
    },
    pagination: { pageSize: 50 },
    sorting: {},
  });
  return (
    <Table<AccessRow>
      {...collectionProps}
      items={items}
      trackBy="arn"
      wrapLines
      ariaLabels={{ tableLabel: leastTexts.tabs.everyone }}
      header={
        <SpaceBetween size="s">
          <Header
            variant="h2"
            description={texts.hint}
            actions={
              running ? (
                <Button onClick={stop}>{texts.stop}</Button>
              ) : (
                <Button variant="primary" onClick={start}>
                  {texts.start}
                </Button>
              )
            }
          >
            {leastTexts.tabs.everyone}
          </Header>
          <FailureAlert failure={failure} />
          {running && (
            <ProgressBar
              value={all === undefined ? 0 : (100 * rows.length) / Math.max(1, all)}
              ariaLabel={leastTexts.tabs.everyone}
              {...(all !== undefined && { additionalInfo: texts.progress(rows.length, all) })}
            />
          )}
          {!running && all !== undefined && rows.length < all && (
            <StatusIndicator type="stopped">{texts.stopped(rows.length, all)}</StatusIndicator>
          )}
        </SpaceBetween>
      }
      filter={<TextFilter {...filterProps} filteringAriaLabel={texts.find} filteringPlaceholder={texts.find} />}
      pagination={<Pagination {...paginationProps} />}
      columnDefinitions={[
        {
          id: "name",
          header: texts.name,
          sortingField: "name",
          isRowHeader: true,
          cell: (row) => <ConsoleLink to={entityAddress(row)}>{row.name}</ConsoleLink>,
        },
        {
          id: "kind",
          header: texts.kind,
          sortingField: "kind",
          cell: ({ kind }) => policyTexts.attached[kind],
        },
        {
          id: "used",
          header: texts.share,
          sortingField: "unused",
          cell: ({ used, unused, problem }) =>
            problem === undefined ? (
              peopleTexts.unused.count(used, used + unused)
            ) : (
              <StatusIndicator type="error">{problem}</StatusIndicator>
            ),
        },
        {
          id: "services",
          header: texts.services,
          minWidth: 140,
          cell: ({ idleServices }) => idleServices.join(", ") || common.nothing,
        },
        {
          id: "last",
          header: texts.lastUsed,
          sortingField: "lastMs",
          minWidth: 175,
          cell: ({ lastMs }) => (lastMs === undefined ? peopleTexts.never : full(lastMs)),
        },
        {
          id: "keys",
          header: texts.keys,
          minWidth: 225,
          cell: ({ idleKeys }) =>
            idleKeys.length === 0 ? (
              common.nothing
            ) : (
              <StatusIndicator type="warning">{idleKeys.join(", ")}</StatusIndicator>
            ),
        },
        {
          id: "smaller",
          header: "",
          minWidth: 125,
          cell: ({ arn, name }) => (
            <ConsoleLink
              to={`/least-privilege?principal=${encodeURIComponent(arn)}&period=7d`}
              ariaLabel={`${texts.smaller}: ${name}`}
            >
              {texts.smaller}
            </ConsoleLink>
          ),
        },
      ]}
    />
  );
}
