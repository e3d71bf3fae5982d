import type { CancelTraceRetrievalCommandInput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { findRetrieval } from "../../../tracing/retrievals.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToRows } from "../trace-event.js";
import { findRetrievalOfCall, retrievalNotFound } from "./find-retrieval-of-call.js";

/** Ends a retrieval that waits or runs. One that has ended stays as it is. */
export const cancelTraceRetrieval = (deps: XrayDeps) =>
  operation<CancelTraceRetrievalCommandInput, Record<string, never>>({
    name: "CancelTraceRetrieval",
    readOnly: true,
    event: management,
    access: accessToRows("CancelTraceRetrieval", "named"),

    async execute(input, call) {
      const token = input.RetrievalToken!;
      await findRetrievalOfCall(deps, call, token);
      await call.commit(async (tx) => {
        const retrieval = await findRetrieval(tx, call, token, call.nowMs);
        if (retrieval === undefined) throw retrievalNotFound();
        if (retrieval.status !== "SCHEDULED" && retrieval.status !== "RUNNING") return;
        await tx
          .updateTable("xray_retrievals")
          .set({ status: "CANCELLED", ended_ms: call.nowMs })
          .where("token", "=", token)
          .execute();
      });
      return {};
    },
  });
