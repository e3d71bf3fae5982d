import { TabbedPage } from "../../parts/tabbed-page.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { Alerts } from "./alerts.js";
import { Findings } from "./findings.js";
import { Rates } from "./rates.js";
import { Rules } from "./rules.js";

const { tabs } = anomaliesTexts;

/** What is unusual: rates of calls, and what detection rules found. */
export default function AnomaliesPage() {
  return (
    <TabbedPage
      title={anomaliesTexts.title}
      description={anomaliesTexts.description}
      variant="container"
      tabs={[
        { id: "rates", label: tabs.rates, content: <Rates /> },
        { id: "findings", label: tabs.findings, content: <Findings /> },
        { id: "rules", label: tabs.rules, content: <Rules /> },
        { id: "alerts", label: tabs.alerts, content: <Alerts /> },
      ]}
    />
  );
}
