import type {
  GetRetrievedTracesGraphCommandInput,
  GetRetrievedTracesGraphCommandOutput,
  RetrievedService,
} from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToDocuments } from "../settings/access-to-documents.js";
import { seeking } from "../traces/sought-traces.js";
import { retrievedServices } from "./retrieved-services.js";
import { findVisibleRetrieval } from "./retrieved-traces.js";

const servicesPerPage = 100;

/** The service graph of what a retrieval found, once it is complete. */
export const getRetrievedTracesGraph = (deps: XrayDeps) =>
  operation<GetRetrievedTracesGraphCommandInput, Omit<GetRetrievedTracesGraphCommandOutput, "$metadata">>({
    name: "GetRetrievedTracesGraph",
    readOnly: true,
    event: management,
    access: accessToDocuments(deps, "GetRetrievedTracesGraph"),
    soughtTraces: () => seeking("graph")({}),

    async execute(input, call) {
      const retrieval = await findVisibleRetrieval(deps, call, input.RetrievalToken!);
      const from = placeOf(input);
      const RetrievalStatus = retrieval.status;
      if (RetrievalStatus !== "COMPLETE") return { RetrievalStatus, Services: [] };
      call.exposes("graph", retrieval.foundIds);
      const services: RetrievedService[] = await retrievedServices(deps, retrieval);
      const next = from + servicesPerPage;
      return {
        RetrievalStatus,
        Services: services.slice(from, next),
        ...(next < services.length && { NextToken: encodePageToken([String(next)], requestOf(input)) }),
      };
    },
  });

function requestOf({ RetrievalToken }: GetRetrievedTracesGraphCommandInput) {
  return { operation: "GetRetrievedTracesGraph", RetrievalToken };
}

function placeOf(input: GetRetrievedTracesGraphCommandInput): number {
  if (!input.NextToken) return 0;
  const place = Number(decodePageToken(input.NextToken, requestOf(input))?.[0]);
  if (!Number.isSafeInteger(place) || place < 0) throw invalidNextToken();
  return place;
}
