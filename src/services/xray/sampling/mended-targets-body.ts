/**
 * Reads what known samplers send wrong as they mean it: `SampleCount` for `SampledCount` (ADOT for Python). Through a
 * local door also what they leave out: an empty list of statistics (OpenTelemetry for Java), a count of nothing.
 */
export function mendedTargetsBody(body: unknown, { vouched = false }: { readonly vouched?: boolean }): unknown {
  if (!isObject(body)) return body;
  const documents = own(body, "SamplingStatisticsDocuments") ?? (vouched ? [] : undefined);
  if (!Array.isArray(documents)) return body;
  return { ...body, SamplingStatisticsDocuments: documents.map((document) => mendedDocument(document, vouched)) };
}

function mendedDocument(document: unknown, vouched: boolean): unknown {
  if (!isObject(document)) return document;
  const count = own(document, "SampledCount") ?? own(document, "SampleCount") ?? (vouched ? 0 : undefined);
  return { ...document, SampledCount: count };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
