import { TabbedPage } from "../../parts/tabbed-page.js";
import { leastTexts as texts } from "../../texts/least-privilege.js";
import { EveryoneTab } from "./everyone-tab.js";
import { SmallerPolicyTab } from "./smaller-policy-tab.js";

/** What is needed and what is not, by what was done. */
export default function LeastPrivilegePage() {
  return (
    <TabbedPage
      title={texts.title}
      description={texts.description}
      tabs={[
        { id: "policy", label: texts.tabs.policy, content: <SmallerPolicyTab /> },
        { id: "everyone", label: texts.tabs.everyone, content: <EveryoneTab /> },
      ]}
    />
  );
}
