import { parentPort, workerData } from "node:worker_threads";
import { type Inspection, inspectFile } from "./inspect-file.js";
import type { FromThread } from "./inspect-in-threads.js";
import { openSource, type SourcePlace } from "./sources.js";

const source = openSource(workerData as SourcePlace);

parentPort?.on("message", ({ number, key }: { number: number; key: string }) => {
  inspectFile(source, key).then(
    (inspection: Inspection) => {
      const moved =
        inspection.found === "file" && inspection.events ? [inspection.events.fingerprints.buffer as ArrayBuffer] : [];
      parentPort?.postMessage({ number, inspection } satisfies FromThread, moved);
    },
    (problem: unknown) => parentPort?.postMessage({ number, problem } satisfies FromThread),
  );
});
