import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { hostMaker } from "./jobs/indexing/host-maker.js";
import { makeHere } from "./jobs/indexing/trace-maker.js";
import { readingOf } from "./storage/facts/decode-reading.js";
import { encodeTraces } from "./storage/facts/encode-traces.js";

/** Where cores are short, those who send go first: this thread gets a tenth of what another gets. */
const niceness = 10;

/** The thread that makes the index of traces: `compose.ts` starts it. */
if (parentPort === null) throw new Error("this is the program of a thread, not of a process");
// On Linux alone a thread has a priority of its own; elsewhere this would be the whole process's.
if (process.platform === "linux") setPriority(niceness);
hostMaker(parentPort, makeHere({ readingOf, encodeTraces }));
