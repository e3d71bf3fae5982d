import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { type PageInput, pageOf, timeInToken } from "../exposure/exposure-input.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { erasureView } from "./erasure-view.js";

/** Extension of ours: erasures, latest first. */
export const listTraceErasures = (deps: XrayDeps) =>
  operation<PageInput, unknown>({
    name: "ListTraceErasures",
    readOnly: true,
    event: management,
    access: accessToRows("ListTraceErasures"),
    recordedRequest: ({ StartTime, EndTime, MaxResults }) => ({
      startTime: StartTime,
      endTime: EndTime,
      maxResults: MaxResults,
    }),

    async execute(input, call) {
      refuseLimited(call, "ListTraceErasures");
      const { time, limit, after, tokenAfter } = pageOf(input, call, ["erasures"]);
      const [lastMs, lastId] = after;
      let query = deps.settings.read
        .selectFrom("xray_erasures")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .where("created_ms", ">=", time.fromMs)
        .where("created_ms", "<", time.untilMs)
        .orderBy("created_ms", "desc")
        .orderBy("erasure_id")
        .limit(limit + 1);
      if (lastMs !== undefined && lastId !== undefined) {
        const createdMs = timeInToken(lastMs);
        query = query.where((where) =>
          where.or([
            where("created_ms", "<", createdMs),
            where.and([where("created_ms", "=", createdMs), where("erasure_id", ">", lastId)]),
          ]),
        );
      }
      const rows = await query.execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        Erasures: page.map(erasureView),
        ...(last && rows.length > limit && { NextToken: tokenAfter(String(last.created_ms), last.erasure_id) }),
      };
    },
  });
