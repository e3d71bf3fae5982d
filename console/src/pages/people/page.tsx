import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { peopleTexts as texts } from "../../texts/people.js";
import { GroupsTab } from "./groups-tab.js";
import { UsersTab } from "./users-tab.js";

/** Who there is, and in which groups. */
export default function PeoplePage() {
  const [tab, setTab] = useUrlState("tab", "users");
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        ariaLabel={texts.title}
        tabs={[
          { id: "users", label: texts.users, content: <UsersTab /> },
          { id: "groups", label: texts.groups, content: <GroupsTab /> },
        ]}
      />
    </ContentLayout>
  );
}
