import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { texts } from "../../texts/erasing.js";
import { ErasingTab } from "./erasing-tab.js";
import { MaskingTab } from "./masking-tab.js";

/** What is kept out of traces, and what is taken out of them. */
export default function ErasingPage() {
  const [tab, setTab] = useUrlState("tab", "masking");
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={texts.subtitle}>
          {texts.title}
        </Header>
      }
    >
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: "masking", label: texts.tabs.masking, content: <MaskingTab /> },
          { id: "erasing", label: texts.tabs.erasing, content: <ErasingTab /> },
        ]}
      />
    </ContentLayout>
  );
}
