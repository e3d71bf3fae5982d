import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { leastTexts as texts } from "../../texts/least-privilege.js";
import { EveryoneTab } from "./everyone-tab.js";
import { SmallerPolicyTab } from "./smaller-policy-tab.js";

/** What is needed and what is not, by what was done. */
export default function LeastPrivilegePage() {
  const [tab, setTab] = useUrlState("tab", "policy");
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
          { id: "policy", label: texts.tabs.policy, content: <SmallerPolicyTab /> },
          { id: "everyone", label: texts.tabs.everyone, content: <EveryoneTab /> },
        ]}
      />
    </ContentLayout>
  );
}
