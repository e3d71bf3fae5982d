/** Where an application sends to, for the examples. */
export interface Doors {
  readonly endpoint: string;
  readonly region: string;
  /** `host:port`; empty where the door is shut. */
  readonly daemonAddress: string;
  readonly otlpEndpoint: string;
}

/** Words of the first page. */
export const texts = {
  title: "Overview",
  period: "Last 30 minutes",
  period30: "30m",
  map: "Trace map",
  openMap: "Open the trace map",
  mapLabel: (services: number) => `Map of ${services === 1 ? "1 service" : `${services} services`}, last 30 minutes`,
  quiet: "No traces in the last 30 minutes",
  quietBody: "There were traces before, in the last 6 hours.",
  showEarlier: "Show the last 6 hours",
  requests: "Requests from clients",
  requestCount: "Requests",
  faults: "Faults (5xx)",
  errors: "Errors (4xx)",
  throttled: "Throttled (429)",
  mean: "Average",
  services: "Services",
  showTraces: "Show traces",
  insights: "Active insights",
  insightsHint: "Incidents that X-Ray insights follow now",
  noInsights: "Nothing is unusual in the groups that are watched.",
  insightsOff: "No group is watched. Switch on insights for a group, and incidents are found by themselves.",
  switchOn: "Switch on insights",
  allInsights: "All insights",
  since: (time: string) => `since ${time}`,
  trails: "Who reads your traces",
  recording: (names: readonly string[]) =>
    names.length === 1 ? `Recorded by the trail ${names[0]}.` : `Recorded by the trails ${names.join(", ")}.`,
  notRecording: "No trail records who reads your traces",
  notRecordingBody: "Reads of traces are on record, but leave this service only through a trail that selects them.",
  stopped: (names: readonly string[]) => `Set up, but stopped: ${names.join(", ")}.`,
  record: "Record who reads your traces",
  trailFailed: (name: string, message: string) => `${name}: ${message}`,
  findings: "Findings and anomalies",
  allFindings: "All findings",
  noFindings: "No open findings in the last 30 days.",
  anomalies: "Unusual rates of calls",
  noAnomalies: "No unusual rates of calls in the last 7 days.",
  severity: (severity: string) => severity,
  events: (count: number) => (count === 1 ? "1 event" : `${count} events`),
  anomaly: (eventName: string, type: string) =>
    type === "ApiErrorRateInsight"
      ? `Unusually many or few ${eventName} calls failed`
      : `${eventName} was called unusually often or seldom`,
  first: {
    header: "Send your first trace",
    description:
      "No trace has arrived in the last 6 hours. Send one in any of these ways; this page turns into the map when it is here.",
    waiting: "Looking for traces every few seconds",
    pythonTab: "X-Ray SDK for Python",
    nodeTab: "X-Ray SDK for Node.js",
    javaTab: "X-Ray SDK for Java",
    goTab: "X-Ray SDK for Go",
    otelTab: "OpenTelemetry",
    cliTab: "AWS CLI",
    off: "This service does not listen for it: see DOSIMETER_DAEMON_PORT and DOSIMETER_OTLP_HTTP_PORT in its settings.",
    environment: "Environment of your application",
    install: "Install",
    dependency: "Dependency, in pom.xml; or the same in Gradle",
    codeIn: (file: string) => `Code, as ${file}`,
    run: "Run",
    runAndAsk: "Run, and send a request: each becomes a trace",
    installAndRun: "Install and run",
    otelNode: "Node.js: an application as it is, such as app.js; each request becomes a trace",
    tokenCommand: "Command, in the folder of this service",
    token: "From another machine: a token",
    tokenBody:
      "Programs on the service's own machine need no token. Others send one, made from an access key that may call xray:PutTraceSegments. It opens nothing but the traces' way in.",
    daemonBody:
      "The SDK speaks the daemon's protocol, which this service answers itself: there is no daemon to install.",
    cliBody: "With an access key that may call xray:PutTraceSegments.",
    keys: "Keys",
    makeKey: "Make a key under My access",
    command: "Command",
  },
} as const;

/** What to copy, a step each. */
export interface SendingStep {
  readonly title: string;
  readonly code: string;
}

const { first } = texts;
const daemonEnvironment = ({ daemonAddress }: Doors): SendingStep => ({
  title: first.environment,
  code: `export AWS_XRAY_DAEMON_ADDRESS=${daemonAddress}`,
});

export const sending = {
  node: (doors: Doors): SendingStep[] => [
    { title: first.install, code: "npm install aws-xray-sdk express" },
    daemonEnvironment(doors),
    {
      title: first.codeIn("app.mjs"),
      code: `import AWSXRay from "aws-xray-sdk";
import express from "express";

const app = express();
app.use(AWSXRay.express.openSegment("my-service"));
app.get("/", (request, response) => response.send("hello"));
app.use(AWSXRay.express.closeSegment());
app.listen(3000);`,
    },
    { title: first.runAndAsk, code: "node app.mjs &\nsleep 2; curl http://localhost:3000/" },
  ],
  python: (doors: Doors): SendingStep[] => [
    { title: first.install, code: "pip install aws-xray-sdk" },
    daemonEnvironment(doors),
    {
      title: first.codeIn("app.py"),
      code: `from aws_xray_sdk.core import xray_recorder

with xray_recorder.in_segment("my-service"):
    print("traced")`,
    },
    { title: first.run, code: "python3 app.py" },
  ],
  java: (doors: Doors): SendingStep[] => [
    {
      title: first.dependency,
      code: `<dependency>
  <groupId>com.amazonaws</groupId>
  <artifactId>aws-xray-recorder-sdk-core</artifactId>
  <version>[2,3)</version>
</dependency>`,
    },
    daemonEnvironment(doors),
    {
      title: first.codeIn("src/main/java/App.java"),
      code: `import com.amazonaws.xray.AWSXRay;

public class App {
    public static void main(String[] args) {
        AWSXRay.beginSegment("my-service");
        try {
            System.out.println("traced");
        } finally {
            AWSXRay.endSegment();
        }
    }
}`,
    },
    { title: first.run, code: "mvn compile exec:java -Dexec.mainClass=App" },
  ],
  go: (doors: Doors): SendingStep[] => [
    daemonEnvironment(doors),
    {
      title: first.codeIn("main.go"),
      code: `package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-xray-sdk-go/xray"
)

func main() {
	_, segment := xray.BeginSegment(context.Background(), "my-service")
	fmt.Println("traced")
	segment.Close(nil)
}`,
    },
    { title: first.installAndRun, code: "go mod init example\ngo get github.com/aws/aws-xray-sdk-go/xray\ngo run ." },
  ],
  otel: ({ otlpEndpoint }: Doors): SendingStep[] => [
    {
      title: first.environment,
      code: `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpEndpoint}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none
export OTEL_SERVICE_NAME=my-service`,
    },
    {
      title: first.otelNode,
      code: `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node
node --require @opentelemetry/auto-instrumentations-node/register app.js`,
    },
  ],
  otelToken: (): SendingStep[] => [
    {
      title: first.tokenCommand,
      code: "AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… node bin/dosimeter.cjs token",
    },
    {
      title: first.environment,
      code: 'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20<the token>"',
    },
  ],
  cli: ({ endpoint, region }: Doors): SendingStep[] => [
    {
      title: first.keys,
      code: `export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…`,
    },
    {
      title: first.command,
      code: `now=$(date +%s)
id=1-$(printf %x $now)-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \\n')
aws xray put-trace-segments --trace-segment-documents \\
  '{"name":"my-service","id":"70de5b6f19ff9a0a","trace_id":"'$id'","start_time":'$now'.1,"end_time":'$now'.2}'`,
    },
  ],
} as const;
