import type { WireResponse } from "./gateway/wire.js";
import type { IndexingStatistics } from "./jobs/index-traces.js";
import type { OutboxMover } from "./jobs/move-outbox.js";
import type { DaemonCounters } from "./receivers/daemon-counters.js";
import type { Facts } from "./storage/facts/open-facts.js";
import type { RejectionLog } from "./tracing/rejections.js";

/** What load balancers and monitoring ask. None of it needs credentials, and none of it tells of a trace or a caller. */
export function operatorPages(parts: {
  readonly facts: Facts;
  readonly outbox: Pick<OutboxMover, "waiting">;
  readonly indexing: { stats(): IndexingStatistics };
  readonly rejections: Pick<RejectionLog, "totals">;
  readonly daemon: () => (Readonly<DaemonCounters> & { readonly queuedBatches: number }) | undefined;
}): Readonly<Record<string, () => Promise<WireResponse>>> {
  return {
    /** Alive: the process answers. */
    "/healthz": async () => page(200, "text/plain", "ok\n"),

    /** Ready: a call would be served now. */
    "/readyz": async () => {
      const { healthy, reason } = await parts.facts.health();
      return healthy ? page(200, "text/plain", "ready\n") : page(503, "text/plain", `not ready: ${reason}\n`);
    },

    /** In Prometheus' text format. */
    "/metrics": async () => {
      const [facts, waiting] = await Promise.all([parts.facts.stats(), parts.outbox.waiting()]);
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const tables = Object.entries(facts.tables);
      const families = [
        metric("process_resident_memory_bytes", "gauge", "Resident memory.", [[{}, rss]]),
        metric("process_heap_bytes", "gauge", "Heap of the JavaScript engine in use.", [[{}, heapUsed]]),
        metric("process_cpu_seconds_total", "counter", "Processor time.", [[{}, (user + system) / 1e6]]),
        metric(
          "dosimeter_stored_rows",
          "gauge",
          "Rows in the fact store.",
          tables.map(([table, { rows }]) => [{ table }, rows]),
        ),
        metric(
          "dosimeter_stored_bytes",
          "gauge",
          "Bytes of the fact store on disk.",
          tables.map(([table, { bytesOnDisk }]) => [{ table }, bytesOnDisk]),
        ),
        metric("dosimeter_pending_bytes", "gauge", "Durable rows on their way into the engine.", [
          [{}, facts.pendingBytes],
        ]),
        metric("dosimeter_outbox_records", "gauge", "Records on their way into the event store.", [[{}, waiting]]),
        ...indexMetrics(parts.indexing.stats()),
        metric(
          "dosimeter_rejected_segments_total",
          "counter",
          "Documents that were not stored, by reason (GetRejectedSegments shows examples).",
          [...parts.rejections.totals].map(([reason, count]) => [{ reason }, count]),
        ),
        metric(
          "dosimeter_daemon_segments",
          "counter",
          "Datagrams of the daemon port, by what became of them.",
          Object.entries(parts.daemon() ?? {}).map(([outcome, count]) => [{ outcome }, count]),
        ),
      ];
      return page(200, "text/plain; version=0.0.4", families.join(""));
    },
  };
}

/** What receivers check the signatures of notifications with. */
export async function certificatePage(pem: Promise<string | undefined>): Promise<WireResponse | undefined> {
  const found = await pem;
  return found === undefined ? undefined : page(200, "application/x-pem-file", found);
}

/** How far the index of traces is behind their documents. */
function indexMetrics(index: IndexingStatistics): string[] {
  const prefix = "dosimeter_index";
  return [
    metric(`${prefix}_lag_seconds`, "gauge", "How long the trace that waits longest has been waiting.", [
      [{}, index.lagSeconds],
    ]),
    metric(`${prefix}_waiting_traces`, "gauge", "Traces with documents that are not searchable yet.", [
      [{}, index.waitingTraces],
    ]),
    metric(`${prefix}_traces_total`, "counter", "Traces put into the index, each time they were.", [
      [{}, index.indexedTraces],
    ]),
    metric(
      `${prefix}_failures_total`,
      "counter",
      "Traces that could not be indexed, and attempts that the store failed.",
      [
        [{ of: "trace" }, index.leftOutTraces],
        [{ of: "store" }, index.failedAttempts],
        [{ of: "group" }, index.skippedGroupTests],
        [{ of: "later" }, index.turnedAwayTraces],
      ],
    ),
    metric(
      `${prefix}_swept_timestamp_seconds`,
      "gauge",
      "Between which times of receipt the index is known to be complete; absent where another process sees to it.",
      index.swept === undefined
        ? []
        : [
            [{ bound: "from" }, index.swept.fromSeconds],
            [{ bound: "until" }, index.swept.untilSeconds],
          ],
    ),
  ];
}

function page(status: number, contentType: string, body: string): WireResponse {
  return { status, headers: { "content-type": contentType, "cache-control": "no-store" }, body };
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Names and labels are ours: nothing in them needs escaping. */
function metric(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const shown = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${shown.length > 0 ? `{${shown.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
