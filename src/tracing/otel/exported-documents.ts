import { readSegmentDocument, type SegmentSink } from "../segment.js";
import { type ExportRequest, ExportRequestError, readExportRequest } from "./read-export-request.js";
import { type Indexing, indexNothing, segmentsOfSpan } from "./segments-of-span.js";
import type { Attributes } from "./span.js";

/**
 * Largest document made of a span: AWS takes spans of 200 KB, and a document repeats some of it. Documents that come as
 * JSON keep X-Ray's own limit of 64 KB.
 */
export const spanDocumentBytesMax = 256 * 1024;

const indexAllKey = "aws.xray.exporter.config.index_all_attributes";
const indexedKey = "aws.xray.exporter.config.indexed_attributes";

/**
 * Maps every span of a request and gives its documents to `sink`, judged as any other document is.
 *
 * @returns the trace ids in order, each once.
 */
export function exportDocuments(request: ExportRequest, sink: SegmentSink): string[] {
  const traceIds = new Set<string>();
  for (const { resource, spans } of request.resources) {
    const { attributes, indexing } = steered(resource);
    for (const span of spans)
      for (const document of segmentsOfSpan(span, attributes, indexing)) {
        const traceId = readSegmentDocument(JSON.stringify(document), sink, spanDocumentBytesMax);
        if (traceId !== undefined) traceIds.add(traceId);
      }
  }
  return [...traceIds];
}

/** An item longer than this is refused before it is decoded; the UDP exporter keeps well below 64 KB. */
const encodedItemLengthMax = 1024 * 1024;

/** True for what OpenTelemetry's exporters for X-Ray put in place of a document: `T1S…`, `T1U…`, `M1…`. */
export function isEncodedItem(text: string): boolean {
  return text.startsWith("T1S") || text.startsWith("T1U") || text.startsWith("M1");
}

/**
 * Reads such an item: base64 of an export request behind its prefix. Spans that were not sampled (`T1U`) and metrics (`M1`)
 * are for AWS's Application Signals alone: they are taken and not kept.
 *
 * @returns trace ids, separated by commas; undefined if there is none.
 */
export function readEncodedItem(text: string, sink: SegmentSink): string | undefined {
  if (!text.startsWith("T1S")) return undefined;
  const refuse = (errorCode: "InvalidSegment" | "ParseError") =>
    sink.reject({ errorCode, message: `Invalid segment. ErrorCode: ${errorCode}` }, text);
  if (text.length > encodedItemLengthMax) {
    refuse("InvalidSegment");
    return undefined;
  }
  let request: ExportRequest;
  try {
    request = readExportRequest(Buffer.from(text.slice("T1S".length), "base64"), "protobuf");
  } catch (problem) {
    if (!(problem instanceof ExportRequestError)) throw problem;
    refuse("ParseError");
    return undefined;
  }
  for (const _ of request.unreadable) refuse("ParseError");
  const traceIds = exportDocuments(request, sink);
  return traceIds.length > 0 ? traceIds.join(",") : undefined;
}

/** Two attributes of a resource steer the exporter and are no part of what is told. */
function steered(resource: Attributes): { attributes: Attributes; indexing: Indexing } {
  if (!resource.has(indexAllKey) && !resource.has(indexedKey)) return { attributes: resource, indexing: indexNothing };
  const keys = resource.get(indexedKey);
  const attributes = new Map(resource);
  attributes.delete(indexAllKey);
  attributes.delete(indexedKey);
  return {
    attributes,
    indexing: {
      all: resource.get(indexAllKey) === true,
      keys: new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []),
    },
  };
}
