import { TooManyTraces } from "../../../storage/trace-index.js";
import { invalidRequest } from "../errors.js";

/** Figures for a caller who may see some traces only. @throws InvalidRequestException in place of TooManyTraces. */
export async function refusingTooMany<Figures>(figures: () => Promise<Figures>): Promise<Figures> {
  try {
    return await figures();
  } catch (error) {
    if (!(error instanceof TooManyTraces)) throw error;
    throw invalidRequest(
      `The time range holds more than ${error.tracesMax} traces, and each has to be held against what policies let you see: ask for a shorter range`,
    );
  }
}
