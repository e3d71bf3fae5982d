import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { erasureView } from "./erasure-view.js";

interface Input {
  readonly ErasureId?: unknown;
}

/** Extension of ours: how far an erasure is, and what it erased. */
export const getTraceErasure = (deps: XrayDeps) =>
  operation<Input, unknown>({
    name: "GetTraceErasure",
    readOnly: true,
    event: management,
    access: accessToRows("GetTraceErasure"),
    recordedRequest: ({ ErasureId }) => ({ erasureId: ErasureId }),

    async execute({ ErasureId }, call) {
      refuseLimited(call, "GetTraceErasure");
      if (typeof ErasureId !== "string") throw invalidRequest("ErasureId must be given");
      const row = await deps.settings.read
        .selectFrom("xray_erasures")
        .selectAll()
        .where("erasure_id", "=", ErasureId)
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirst();
      if (row === undefined) throw invalidRequest("There is no erasure with this ErasureId");
      return erasureView(row);
    },
  });
