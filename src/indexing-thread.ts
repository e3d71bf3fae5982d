import { parentPort } from "node:worker_threads";
import { hostMaker } from "./jobs/indexing/host-maker.js";
import { makeHere } from "./jobs/indexing/trace-maker.js";
import { readingOf } from "./storage/facts/decode-reading.js";
import { encodeTraces } from "./storage/facts/encode-traces.js";

/** The thread that makes the index of traces: `compose.ts` starts it. */
if (parentPort === null) throw new Error("this is the program of a thread, not of a process");
hostMaker(parentPort, makeHere({ readingOf, encodeTraces }));
