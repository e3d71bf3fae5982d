import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { texts } from "../../texts/keys.js";
import { AccessKeysTab } from "./access-keys-tab.js";
import { KmsTab } from "./kms-tab.js";
import { TraceEncryptionTab } from "./trace-encryption-tab.js";

/** Keys that encrypt, and keys that sign. */
export default function KeysPage() {
  const [tab, setTab] = useUrlState("tab", "kms");
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
          { id: "kms", label: texts.tabs.kms, content: <KmsTab /> },
          { id: "traces", label: texts.tabs.traces, content: <TraceEncryptionTab /> },
          { id: "access", label: texts.tabs.access, content: <AccessKeysTab /> },
        ]}
      />
    </ContentLayout>
  );
}
