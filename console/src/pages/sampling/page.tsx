import {
  DeleteSamplingRuleCommand,
  paginateGetSamplingRules,
  paginateGetSamplingStatisticSummaries,
  type SamplingRule,
  type SamplingRuleRecord,
  type SamplingStatisticSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useMemo, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/sampling.js";
import { countText, shareText } from "../../texts/service-map.js";
import { RuleDialog } from "./rule-dialog.js";
import { defaultRuleName } from "./rule-form.js";
import { ruleInWords } from "./rule-in-words.js";
import { type RuleTotals, totalsByRule } from "./statistics.js";

const refreshMs = 15_000;

interface Row {
  readonly name: string;
  readonly rule: SamplingRule;
  readonly words: string;
  readonly totals: RuleTotals | undefined;
  readonly modified: Date | undefined;
}

type Open = { readonly kind: "create" } | { readonly kind: "edit" | "delete"; readonly rule: SamplingRule };

/** The rules by which requests are chosen for tracing, and what they did. */
export default function SamplingPage() {
  const rules = useLoaded("rules", loadRules);
  const statistics = useLoaded("statistics", loadStatistics, { everyMs: refreshMs });
  const [open, setOpen] = useState<Open>();
  const [selectedName, setSelectedName] = useState<string>();
  const { full } = useMoments();
  const rows = useMemo(() => rowsOf(rules.value ?? [], statistics.value), [rules.value, statistics.value]);
  const { items, filterProps, collectionProps } = useCollection(rows, {
    filtering: {
      filteringFunction: ({ name, words }, text) => `${name} ${words}`.toLowerCase().includes(text.toLowerCase()),
      empty: <EmptyList failure={rules.failure} text={texts.empty} />,
      noMatch: common.noMatch,
    },
  });
  const selected = rows.find(({ name }) => name === selectedName);

  return (
    <ContentLayout
      header={
        <Header variant="h1" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={rules.failure} retry={rules.reload} />
        <FailureAlert failure={statistics.failure} retry={statistics.reload} />
        <Table<Row>
          {...collectionProps}
          items={items}
          trackBy="name"
          loading={rules.loading && rules.value === undefined}
          loadingText={common.loading}
          selectionType="single"
          selectedItems={selected ? [selected] : []}
          onSelectionChange={({ detail }) => setSelectedName(detail.selectedItems[0]?.name)}
          wrapLines
          ariaLabels={{
            tableLabel: texts.table,
            selectionGroupLabel: texts.table,
            itemSelectionLabel: (_data, { name }) => texts.select(name),
          }}
          filter={<TextFilter {...filterProps} filteringAriaLabel={texts.filter} filteringPlaceholder={texts.filter} />}
          header={
            <Header
              {...listCount(rules.value)}
              description={texts.statisticsHint}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button
                    iconName="refresh"
                    ariaLabel={texts.refresh}
                    onClick={() => {
                      rules.reload();
                      statistics.reload();
                    }}
                  />
                  <Button
                    disabled={selected === undefined}
                    onClick={() => selected && setOpen({ kind: "edit", rule: selected.rule })}
                  >
                    {texts.edit}
                  </Button>
                  <Button
                    disabled={selected === undefined || selected.name === defaultRuleName}
                    onClick={() => selected && setOpen({ kind: "delete", rule: selected.rule })}
                  >
                    {texts.delete}
                  </Button>
                  <Button variant="primary" onClick={() => setOpen({ kind: "create" })}>
                    {texts.create}
                  </Button>
                </SpaceBetween>
              }
            >
              {texts.rules}
            </Header>
          }
          columnDefinitions={[
            { id: "priority", header: texts.priority, cell: ({ rule }) => rule.Priority, width: 100 },
            { id: "name", header: texts.name, cell: ({ name }) => name, isRowHeader: true, width: 160 },
            {
              id: "words",
              header: texts.meaning,
              cell: ({ name, words }) => (name === defaultRuleName ? `${words} ${texts.lastRule}` : words),
              minWidth: 280,
            },
            { id: "requests", header: texts.requests, cell: reported(({ requests }) => countText(requests)) },
            {
              id: "sampled",
              header: texts.sampled,
              cell: reported(({ sampled, requests }) => `${countText(sampled)} (${shareText(sampled, requests)})`),
            },
            { id: "borrowed", header: texts.borrowed, cell: reported(({ borrowed }) => countText(borrowed)) },
            {
              id: "modified",
              header: texts.modified,
              cell: ({ modified }) => (modified === undefined ? texts.never : full(modified)),
            },
          ]}
        />
        <Box variant="small">{`${texts.borrowed}: ${texts.borrowedHint}`}</Box>
      </SpaceBetween>
      {(open?.kind === "create" || open?.kind === "edit") && (
        <RuleDialog
          {...(open.kind === "edit" && { rule: open.rule })}
          onClose={() => setOpen(undefined)}
          onSaved={(name) => {
            setOpen(undefined);
            notify("success", texts.saved(name));
            rules.reload();
          }}
        />
      )}
      {open?.kind === "delete" && (
        <ConfirmDialog
          header={texts.deleteTitle(open.rule.RuleName!)}
          action={texts.delete}
          onClose={() => setOpen(undefined)}
          onConfirm={async () => {
            const { RuleName } = open.rule;
            await clientOf(XRayClient).send(new DeleteSamplingRuleCommand({ RuleName }));
            setOpen(undefined);
            setSelectedName(undefined);
            notify("success", texts.deleted(RuleName!));
            rules.reload();
          }}
        >
          {texts.deleteBody(open.rule.RuleName!)}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

/** A figure of a rule that SDKs reported on. */
function reported(figure: (totals: RuleTotals) => string): (row: Row) => string {
  return ({ totals }) => (totals === undefined ? common.nothing : figure(totals));
}

async function loadRules(signal: AbortSignal): Promise<SamplingRuleRecord[]> {
  const records: SamplingRuleRecord[] = [];
  for await (const page of paginateGetSamplingRules({ client: clientOf(XRayClient) }, {}, { abortSignal: signal }))
    records.push(...(page.SamplingRuleRecords ?? []));
  return records;
}

async function loadStatistics(signal: AbortSignal): Promise<SamplingStatisticSummary[]> {
  const summaries: SamplingStatisticSummary[] = [];
  const pages = paginateGetSamplingStatisticSummaries({ client: clientOf(XRayClient) }, {}, { abortSignal: signal });
  for await (const page of pages) summaries.push(...(page.SamplingStatisticSummaries ?? []));
  return summaries;
}

/** In the order in which they apply. */
function rowsOf(records: readonly SamplingRuleRecord[], statistics: readonly SamplingStatisticSummary[] = []): Row[] {
  const totals = totalsByRule(statistics);
  return records
    .flatMap(({ SamplingRule: rule, ModifiedAt }): Row[] => {
      if (rule === undefined) return [];
      const name = rule.RuleName ?? "";
      const modified = ModifiedAt?.getTime() ? ModifiedAt : undefined;
      return [{ name, rule, words: ruleInWords(rule), totals: totals.get(name), modified }];
    })
    .sort((left, right) => left.rule.Priority! - right.rule.Priority! || (left.name < right.name ? -1 : 1));
}
