import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import { home } from "../../api/home.js";
import { useSession } from "../../api/use-session.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { JsonView } from "../../parts/json-view.js";
import { type Doors, type SendingStep, sending, texts } from "../../texts/overview.js";

/** How to send the first trace, by each way there is. */
export function FirstTrace() {
  const { region } = useSession();
  const doors: Doors = {
    endpoint: home.endpoint,
    region,
    daemonAddress: home.daemonPort && `${location.hostname}:${home.daemonPort}`,
    otlpEndpoint: home.otlpPort && `${location.protocol}//${location.hostname}:${home.otlpPort}`,
  };
  const { first } = texts;
  const tab = (id: string, label: string, body: string, steps: readonly SendingStep[], isOpen: boolean) => ({
    id,
    label,
    content: isOpen ? <Steps body={body} steps={steps} /> : <Box>{first.off}</Box>,
  });
  const daemon = doors.daemonAddress !== "";
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={first.description}
          actions={<StatusIndicator type="in-progress">{first.waiting}</StatusIndicator>}
        >
          {first.header}
        </Header>
      }
    >
      <Tabs
        ariaLabel={first.header}
        tabs={[
          tab("node", first.nodeTab, first.daemonBody, sending.node(doors), daemon),
          tab("python", first.pythonTab, first.daemonBody, sending.python(doors), daemon),
          tab("java", first.javaTab, first.daemonBody, sending.java(doors), daemon),
          tab("go", first.goTab, first.daemonBody, sending.go(doors), daemon),
          {
            id: "otel",
            label: first.otelTab,
            content:
              doors.otlpEndpoint === "" ? (
                <Box>{first.off}</Box>
              ) : (
                <SpaceBetween size="m">
                  <Steps steps={sending.otel(doors)} />
                  <Box variant="h3">{first.token}</Box>
                  <Steps body={first.tokenBody} steps={sending.otelToken()} />
                  <ConsoleLink to="/me">{first.makeKey}</ConsoleLink>
                </SpaceBetween>
              ),
          },
          {
            id: "cli",
            label: first.cliTab,
            content: (
              <SpaceBetween size="m">
                <Steps body={first.cliBody} steps={sending.cli(doors)} />
                <ConsoleLink to="/me">{first.makeKey}</ConsoleLink>
              </SpaceBetween>
            ),
          },
        ]}
      />
    </Container>
  );
}

function Steps({ body, steps }: { body?: string; steps: readonly SendingStep[] }) {
  return (
    <SpaceBetween size="m">
      {body !== undefined && <Box color="text-body-secondary">{body}</Box>}
      {steps.map(({ title, code }) => (
        <div key={title}>
          <Box variant="awsui-key-label">{title}</Box>
          <div className="sending-step">
            <JsonView value={code} label={title} />
          </div>
        </div>
      ))}
    </SpaceBetween>
  );
}
