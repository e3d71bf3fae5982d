import { TabbedPage } from "../../parts/tabbed-page.js";
import { texts } from "../../texts/erasing.js";
import { ErasingTab } from "./erasing-tab.js";
import { MaskingTab } from "./masking-tab.js";

/** What is kept out of traces, and what is taken out of them. */
export default function ErasingPage() {
  return (
    <TabbedPage
      title={texts.title}
      description={texts.subtitle}
      tabs={[
        { id: "masking", label: texts.tabs.masking, content: <MaskingTab /> },
        { id: "erasing", label: texts.tabs.erasing, content: <ErasingTab /> },
      ]}
    />
  );
}
