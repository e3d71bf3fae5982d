import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useLocation } from "wouter";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { texts } from "../../texts/enable-xray.js";
import { texts as trailTexts } from "../../texts/trails.js";
import { defaultChoices, type EnableChoices, type Found } from "./enable-choices.js";
import { EnableRun } from "./enable-progress.js";
import { EnableWizard } from "./enable-wizard.js";
import { findWhatIsThere } from "./find-what-is-there.js";

/** The way from nothing to a record of every read of a trace, in five steps that have all their defaults. */
export default function EnablePage() {
  const [, navigate] = useLocation();
  const found = useLoaded("what is there", findWhatIsThere);
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: trailTexts.title, href: "/console/trails" },
            { text: texts.title, href: "/console/trails/enable-xray" },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            navigate(event.detail.href.replace("/console", ""));
          }}
        />
      }
      header={
        <Header variant="h1" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={found.failure} retry={found.reload} />
        {found.loading && <StatusIndicator type="loading">{texts.loading}</StatusIndicator>}
        {!found.loading && found.value !== undefined && <Steps found={found.value} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Steps({ found }: { found: Found }) {
  const [choices, setChoices] = useState<EnableChoices>(() => defaultChoices(found));
  const [running, setRunning] = useState(false);
  return running ? (
    <EnableRun choices={choices} found={found} onBack={() => setRunning(false)} />
  ) : (
    <EnableWizard choices={choices} found={found} onChange={setChoices} onSubmit={() => setRunning(true)} />
  );
}
