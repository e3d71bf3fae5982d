import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useUrlState } from "../../api/use-url-state.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { Alerts } from "./alerts.js";
import { Findings } from "./findings.js";
import { Rates } from "./rates.js";
import { Rules } from "./rules.js";

const { tabs } = anomaliesTexts;

/** What is unusual: rates of calls, and what detection rules found. */
export default function AnomaliesPage() {
  const [tab, setTab] = useUrlState("tab", "rates");
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={anomaliesTexts.description}>
          {anomaliesTexts.title}
        </Header>
      }
    >
      <Tabs
        variant="container"
        ariaLabel={tabs.label}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: "rates", label: tabs.rates, content: <Rates /> },
          { id: "findings", label: tabs.findings, content: <Findings /> },
          { id: "rules", label: tabs.rules, content: <Rules /> },
          { id: "alerts", label: tabs.alerts, content: <Alerts /> },
        ]}
      />
    </ContentLayout>
  );
}
