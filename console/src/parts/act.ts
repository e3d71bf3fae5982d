import { failureOf } from "../api/failure.js";
import { notify } from "../shell/notices.js";
import { failureText } from "./failure-text.js";

/**
 * Does something that needs no dialog, and says above the page how it went.
 *
 * @returns whether it went well.
 */
export async function act(done: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    notify("success", done);
    return true;
  } catch (problem) {
    notify("error", failureText(failureOf(problem)));
    return false;
  }
}
