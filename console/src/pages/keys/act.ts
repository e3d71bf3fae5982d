import { failureOf } from "../../api/failure.js";
import { notify } from "../../shell/notices.js";
import { texts } from "../../texts/keys.js";

/** Does something that needs no dialog, and says above the page how it went. */
export async function act(done: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    notify("success", done);
  } catch (problem) {
    const { code, message } = failureOf(problem);
    notify("error", texts.failed(code, message));
  }
}
