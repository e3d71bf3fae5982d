import type { EventEmitter } from "node:events";
import type { Log } from "./log.js";

/**
 * What nothing else caught. Calls and jobs catch their own failures, so this is a bug of ours: it goes to the log in the
 * log's own form. A rejection that nobody waits for leaves nothing half done, and the service goes on. After an exception
 * out of a callback nobody knows what was half done: the service drains and ends, for its supervisor to start it again.
 */
export function catchTheRest(process: Pick<EventEmitter, "on">, log: Log, end: () => void): void {
  process.on("unhandledRejection", (reason) => log.failure("a rejection was not caught", reason));
  process.on("uncaughtException", (reason) => {
    log.failure("an exception was not caught: the service ends", reason);
    end();
  });
}
