import {
  CloudTrailClient,
  DeleteTrailCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { session } from "../../api/session.js";
import { useLoaded } from "../../api/use-loaded.js";
import { act } from "../../parts/act.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/trails.js";
import { TrailEdit } from "./trail-edit.js";
import { TrailInsights } from "./trail-insights.js";
import { TrailSelectorsSection } from "./trail-selectors.js";
import { TrailSettings } from "./trail-settings.js";
import { TrailStatusSection } from "./trail-status.js";

const lookEveryMs = 10_000;
const words = texts.trail;

/** One trail: its health, what it selects, and where it delivers. */
export default function TrailPage() {
  const { name: encoded = "" } = useParams<{ name: string }>();
  const name = decodeURIComponent(encoded);
  const [, navigate] = useLocation();
  const trail = useLoaded(name, async (abortSignal) => {
    const { Trail } = await clientOf(CloudTrailClient).send(new GetTrailCommand({ Name: name }), { abortSignal });
    return Trail;
  });
  const status = useLoaded(
    name,
    (abortSignal) => clientOf(CloudTrailClient).send(new GetTrailStatusCommand({ Name: name }), { abortSignal }),
    { everyMs: lookEveryMs },
  );
  const isHome = trail.value?.HomeRegion === session.get().region;
  // Who may not ask for its settings may still see its health.
  const isThere = trail.failure?.code !== "TrailNotFoundException";
  const shownName = trail.value?.Name ?? name;

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: texts.title, href: "/console/trails" },
            { text: shownName, href: `/console/trails/${encoded}` },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            navigate(event.detail.href.replace("/console", ""));
          }}
        />
      }
      header={
        <Header
          variant="h1"
          actions={
            trail.value !== undefined &&
            isHome && (
              <TrailActions
                trail={trail.value}
                isLogging={status.value?.IsLogging}
                onChange={() => {
                  trail.reload();
                  status.reload();
                }}
              />
            )
          }
        >
          {shownName}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={trail.failure} retry={trail.reload} />
        {trail.value !== undefined && !isHome && <Alert type="info">{words.notHere}</Alert>}
        {trail.loading && trail.value === undefined && (
          <StatusIndicator type="loading">{common.loading}</StatusIndicator>
        )}
        {isThere && (
          <SpaceBetween size="l">
            <TrailStatusSection status={status} trail={trail.value} />
            <TrailSelectorsSection name={name} isHome={isHome} />
            {trail.value !== undefined && <TrailSettings trail={trail.value} />}
            <TrailInsights name={name} isHome={isHome} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

interface TrailActionsProps {
  readonly trail: Trail;
  readonly isLogging: boolean | undefined;
  readonly onChange: () => void;
}

function TrailActions({ trail, isLogging, onChange }: TrailActionsProps) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<"stop" | "delete" | "edit">();
  const [starting, setStarting] = useState(false);
  const { Name = "" } = trail;
  const client = clientOf(CloudTrailClient);
  const close = () => setAsked(undefined);

  async function start() {
    setStarting(true);
    if (await act(words.started(Name), () => client.send(new StartLoggingCommand({ Name })))) onChange();
    setStarting(false);
  }

  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        {isLogging === false && (
          <Button variant="primary" loading={starting} onClick={start}>
            {words.start}
          </Button>
        )}
        {isLogging === true && <Button onClick={() => setAsked("stop")}>{words.stop}</Button>}
        <Button onClick={() => setAsked("edit")}>{words.edit}</Button>
        <Button onClick={() => setAsked("delete")}>{words.delete}</Button>
      </SpaceBetween>
      {asked === "stop" && (
        <ConfirmDialog
          header={texts.stopDialog.header(Name)}
          action={texts.stopDialog.action}
          onClose={close}
          onConfirm={async () => {
            await client.send(new StopLoggingCommand({ Name }));
            notify("success", words.stopped(Name));
            close();
            onChange();
          }}
        >
          {texts.stopDialog.body}
        </ConfirmDialog>
      )}
      {asked === "delete" && (
        <ConfirmDialog
          header={texts.deleteDialog.header(Name)}
          action={texts.deleteDialog.action}
          typed={{ text: Name, label: texts.deleteDialog.typed }}
          onClose={close}
          onConfirm={async () => {
            await client.send(new DeleteTrailCommand({ Name }));
            notify("success", words.deleted(Name));
            navigate("/trails");
          }}
        >
          {texts.deleteDialog.body}
        </ConfirmDialog>
      )}
      {asked === "edit" && (
        <TrailEdit
          trail={trail}
          onClose={close}
          onSaved={() => {
            notify("success", words.saved(Name));
            close();
            onChange();
          }}
        />
      )}
    </>
  );
}
