import { DeleteGroupCommand, type Group, XRayClient } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { tracesAddress } from "../../parts/service-map/filters.js";
import { loadGroups } from "../../parts/service-map/load-groups.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/groups.js";
import { GroupDialog } from "./group-dialog.js";

type Open = { readonly kind: "create" } | { readonly kind: "edit" | "delete"; readonly group: Group };

/** Groups of traces, and what each leads to. */
export default function GroupsPage() {
  const { value, failure, loading, reload } = useLoaded("groups", loadGroups);
  const groups = value ?? [];
  const [open, setOpen] = useState<Open>();
  const [selectedName, setSelectedName] = useState<string>();
  const selected = groups.find(({ GroupName }) => GroupName === selectedName);
  const close = () => setOpen(undefined);

  return (
    <ContentLayout
      header={
        <Header variant="h1" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} retry={reload} />
        <Table<Group>
          items={groups}
          trackBy="GroupName"
          loading={loading && value === undefined}
          loadingText={common.loading}
          empty={<EmptyList failure={failure} text={texts.empty} />}
          wrapLines
          selectionType="single"
          selectedItems={selected ? [selected] : []}
          onSelectionChange={({ detail }) => setSelectedName(detail.selectedItems[0]?.GroupName)}
          ariaLabels={{
            tableLabel: texts.table,
            selectionGroupLabel: texts.table,
            itemSelectionLabel: (_data, { GroupName = "" }) => texts.select(GroupName),
          }}
          header={
            <Header
              {...listCount(value)}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel={texts.refresh} onClick={reload} />
                  <Button
                    disabled={selected === undefined}
                    onClick={() => selected && setOpen({ kind: "edit", group: selected })}
                  >
                    {texts.edit}
                  </Button>
                  <Button
                    disabled={selected === undefined || selected.GroupName === "Default"}
                    onClick={() => selected && setOpen({ kind: "delete", group: selected })}
                  >
                    {texts.delete}
                  </Button>
                  <Button variant="primary" onClick={() => setOpen({ kind: "create" })}>
                    {texts.create}
                  </Button>
                </SpaceBetween>
              }
            >
              {texts.title}
            </Header>
          }
          columnDefinitions={[
            { id: "name", header: texts.name, cell: ({ GroupName }) => GroupName, isRowHeader: true, width: 200 },
            {
              id: "filter",
              header: texts.filter,
              cell: ({ FilterExpression }) =>
                FilterExpression ? <Box variant="code">{FilterExpression}</Box> : texts.everything,
            },
            { id: "insights", header: texts.insights, cell: insightsState, width: 220 },
            { id: "look", header: texts.look, cell: linksOf, width: 220 },
          ]}
        />
      </SpaceBetween>
      {(open?.kind === "create" || open?.kind === "edit") && (
        <GroupDialog
          {...(open.kind === "edit" && { group: open.group })}
          onClose={close}
          onSaved={(name) => {
            close();
            notify("success", texts.saved(name));
            reload();
          }}
        />
      )}
      {open?.kind === "delete" && (
        <ConfirmDialog
          header={texts.deleteTitle(open.group.GroupName!)}
          action={texts.delete}
          onClose={close}
          onConfirm={async () => {
            const { GroupName } = open.group;
            await clientOf(XRayClient).send(new DeleteGroupCommand({ GroupName }));
            close();
            setSelectedName(undefined);
            notify("success", texts.deleted(GroupName!));
            reload();
          }}
        >
          {texts.deleteBody(open.group.GroupName!)}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

function insightsState({ InsightsConfiguration: insights }: Group) {
  if (!insights?.InsightsEnabled) return <StatusIndicator type="stopped">{texts.off}</StatusIndicator>;
  return <StatusIndicator type="success">{insights.NotificationsEnabled ? texts.notifying : texts.on}</StatusIndicator>;
}

function linksOf({ GroupName = "" }: Group) {
  const map = GroupName === "Default" ? "/trace-map" : `/trace-map?${new URLSearchParams({ group: GroupName })}`;
  const filter = GroupName === "Default" ? "" : `group.name = "${GroupName}"`;
  return (
    <SpaceBetween direction="horizontal" size="s">
      <ConsoleLink to={map} ariaLabel={texts.mapOf(GroupName)}>
        {texts.map}
      </ConsoleLink>
      <ConsoleLink to={tracesAddress(filter, "30m")} ariaLabel={texts.tracesOf(GroupName)}>
        {texts.traces}
      </ConsoleLink>
      <ConsoleLink
        to={`/insights?${new URLSearchParams({ group: GroupName })}`}
        ariaLabel={texts.insightsOf(GroupName)}
      >
        {texts.groupInsights}
      </ConsoleLink>
    </SpaceBetween>
  );
}
