import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { logsTexts } from "../../texts/logs.js";
import { EventSearch } from "./event-search.js";
import { GroupHeader } from "./group-header.js";
import { GroupList } from "./group-list.js";
import { MetricFilterTable, StreamTable, useStreams } from "./group-tables.js";

/** Log groups, and one of them. The address says which, and what is looked for in it. */
export default function LogsPage() {
  const [group, setGroup] = useUrlState("group");
  if (group !== "") return <Group key={group} group={group} onBack={() => setGroup("")} />;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={logsTexts.description}>
          {logsTexts.title}
        </Header>
      }
    >
      <GroupList onOpen={setGroup} />
    </ContentLayout>
  );
}

function Group({ group, onBack }: { group: string; onBack: () => void }) {
  const [tab, setTab] = useUrlState("tab", "events");
  const [, setStream] = useUrlState("stream");
  const streams = useStreams(group);
  const tabs = logsTexts.tabs;
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: logsTexts.title, href: "/console/logs" },
            { text: group, href: "" },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            onBack();
          }}
        />
      }
      header={<GroupHeader group={group} />}
    >
      <SpaceBetween size="l">
        <Tabs
          variant="container"
          ariaLabel={tabs.label}
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            { id: "events", label: tabs.events, content: <EventSearch group={group} streams={streams} /> },
            {
              id: "streams",
              label: tabs.streams,
              content: (
                <StreamTable
                  streams={streams}
                  onShow={(stream) => {
                    setStream(stream);
                    setTab("events");
                  }}
                />
              ),
            },
            { id: "filters", label: tabs.filters, content: <MetricFilterTable group={group} /> },
          ]}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
