import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { XRayClient } from "@aws-sdk/client-xray";
import { systemEnvironment } from "../../../environment.js";
import { type GatewayFixture, startGateway } from "../../../gateway/testing/gateway-fixture.js";
import type { AccessRequest } from "../../../identity/access.js";
import { openSettings } from "../../../storage/settings/open-settings.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import type { XrayDeps } from "../deps.js";
import { xrayService } from "../service.js";

/** The X-Ray API over a real gateway and real settings; for operations that touch no traces. */
export interface SamplingBench {
  readonly xray: XRayClient;
  readonly settings: SettingsStore;
  readonly gateway: GatewayFixture;
  /** The bench's clock. It stands still unless moved; the client signs by it. */
  now: number;
  /** What callers may do; everything unless set. */
  allows: (access: AccessRequest) => boolean;
  /** Closes everything and opens it again on the same files. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Nothing here touches traces. */
const noTraces = new Proxy({}, { get: () => () => Promise.reject(new Error("unexpected")) });

export async function openSamplingBench(): Promise<SamplingBench> {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-sampling-"));
  const environment = { ...systemEnvironment, clock: { ...systemEnvironment.clock, nowMs: () => bench.now } };
  const open = async () => {
    const settings = await openSettings({ dataFolder: folder, environment: systemEnvironment });
    const deps = { traces: noTraces, index: noTraces, settings, environment } as unknown as XrayDeps;
    const gateway = await startGateway({
      services: [xrayService(deps)],
      nowMs: () => bench.now,
      transact: (work) => settings.transact(work),
      allows: (access) => bench.allows(access),
    });
    const xray = new XRayClient(gateway.client);
    // Before every call: after each one the SDK goes back to the time of the answer.
    xray.middlewareStack.add(
      (next) => (call) => {
        xray.config.systemClockOffset = bench.now - Date.now();
        return next(call);
      },
      { step: "initialize" },
    );
    return { settings, gateway, xray };
  };
  const close = async () => {
    bench.xray.destroy();
    await bench.gateway.close();
    await bench.settings.close();
  };
  const bench: SamplingBench = {
    ...({} as Awaited<ReturnType<typeof open>>),
    allows: () => true,
    now: Date.now(),
    async restart() {
      await close();
      Object.assign(bench, await open());
    },
    async close() {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
  Object.assign(bench, await open());
  return bench;
}
