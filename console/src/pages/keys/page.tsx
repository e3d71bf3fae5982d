import { TabbedPage } from "../../parts/tabbed-page.js";
import { texts } from "../../texts/keys.js";
import { AccessKeysTab } from "./access-keys-tab.js";
import { KmsTab } from "./kms-tab.js";
import { TraceEncryptionTab } from "./trace-encryption-tab.js";

/** Keys that encrypt, and keys that sign. */
export default function KeysPage() {
  return (
    <TabbedPage
      title={texts.title}
      description={texts.subtitle}
      tabs={[
        { id: "kms", label: texts.tabs.kms, content: <KmsTab /> },
        { id: "traces", label: texts.tabs.traces, content: <TraceEncryptionTab /> },
        { id: "access", label: texts.tabs.access, content: <AccessKeysTab /> },
      ]}
    />
  );
}
