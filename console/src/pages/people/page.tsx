import { TabbedPage } from "../../parts/tabbed-page.js";
import { peopleTexts as texts } from "../../texts/people.js";
import { GroupsTab } from "./groups-tab.js";
import { UsersTab } from "./users-tab.js";

/** Who there is, and in which groups. */
export default function PeoplePage() {
  return (
    <TabbedPage
      title={texts.title}
      description={texts.description}
      tabs={[
        { id: "users", label: texts.users, content: <UsersTab /> },
        { id: "groups", label: texts.groups, content: <GroupsTab /> },
      ]}
    />
  );
}
