import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { erasureView } from "./erasure-view.js";

interface Input {
  /** Epoch seconds; absent: all until now. */
  readonly Before?: unknown;
}

const pageMax = 100;

/** Extension of ours: erasures, latest first. */
export const listTraceErasures = (deps: XrayDeps) =>
  operation<Input, unknown>({
    name: "ListTraceErasures",
    readOnly: true,
    event: management,
    access: accessToRows("ListTraceErasures"),
    recordedRequest: ({ Before }) => ({ before: Before }),

    async execute({ Before }, call) {
      refuseLimited(call, "ListTraceErasures");
      if (Before !== undefined && (typeof Before !== "number" || !Number.isFinite(Before) || Before < 0))
        throw invalidRequest("Before must be a number of seconds since the epoch");
      const rows = await deps.settings.read
        .selectFrom("xray_erasures")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .where("created_ms", "<", Math.floor((Before ?? call.nowMs / 1000 + 1) * 1000))
        .orderBy("created_ms", "desc")
        .orderBy("erasure_id")
        .limit(pageMax)
        .execute();
      return { Erasures: rows.map(erasureView) };
    },
  });
