import { GetServiceGraphCommand, GetTraceSummariesCommand, type Service, XRayClient } from "@aws-sdk/client-xray";
import { systemEnvironment } from "../environment.js";
import { type Account, clientOptions } from "./client-options.js";

const rangeMs = 300_000;

/** The shop as its traces tell of it: who calls whom, how often, how long it takes; and who is slow or fails. */
export function openTraceMap(account: Account): { draw(): Promise<string>; close(): void } {
  const xray = new XRayClient(clientOptions(account, "demo-map"));

  async function count(FilterExpression: string): Promise<number> {
    const nowMs = systemEnvironment.clock.nowMs();
    const range = { StartTime: new Date(nowMs - rangeMs), EndTime: new Date(nowMs) };
    const { TraceSummaries = [] } = await xray.send(new GetTraceSummariesCommand({ ...range, FilterExpression }));
    return TraceSummaries.length;
  }

  return {
    async draw() {
      const nowMs = systemEnvironment.clock.nowMs();
      const range = { StartTime: new Date(nowMs - rangeMs), EndTime: new Date(nowMs) };
      const { Services = [] } = await xray.send(new GetServiceGraphCommand(range));
      if (Services.length === 0) return "The map of the shop is still empty.";
      const lines = [`The map of the last ${rangeMs / 60_000} minutes, drawn from the traces:`, ...calls(Services)];
      for (const { Name } of Services.filter(({ Type }) => Type !== "client" && Type !== "remote")) {
        const faults = await count(`rootcause.fault.service { last and name = "${Name}" }`);
        if (faults > 0) lines.push(`  ${Name} FAILS: it is the cause of ${faults} failed traces`);
        const delays = await count(`rootcause.responsetime.service { last and name = "${Name}" }`);
        if (delays > 0) lines.push(`  ${Name} is SLOW: it is where ${delays} slow traces spent their time`);
      }
      return lines.join("\n");
    },
    close: () => xray.destroy(),
  };
}

function calls(services: readonly Service[]): string[] {
  const nameOf = (id: number | undefined) => services.find(({ ReferenceId }) => ReferenceId === id)?.Name ?? "?";
  return services.flatMap((service) =>
    (service.Edges ?? []).map(({ ReferenceId, SummaryStatistics: statistics }) => {
      const total = statistics?.TotalCount ?? 0;
      const seconds = total === 0 ? 0 : (statistics?.TotalResponseTime ?? 0) / total;
      const faults = statistics?.FaultStatistics?.TotalCount ?? 0;
      const source = service.Type === "client" ? "visitors" : service.Name!;
      return `  ${source.padEnd(10)} -> ${nameOf(ReferenceId).padEnd(10)} ${String(total).padStart(5)} calls, ${(seconds * 1000).toFixed(0).padStart(4)} ms on average, ${faults} failed`;
    }),
  );
}
