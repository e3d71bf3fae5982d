import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { toTraceId } from "../../../../../src/tracing/trace-id.js";
import { ConsoleLink } from "../../../parts/console-link.js";
import { JsonView } from "../../../parts/json-view.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import { annotationTerm } from "../filter-edit.js";
import { isObject, type JsonObject } from "./entity.js";

const texts = traceTexts.table;

/** Annotations, each with the way to all traces that have it. */
export function AnnotationsTable({ annotations }: { annotations: JsonObject }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={Object.entries(annotations)}
      trackBy={([name]) => name}
      ariaLabels={{ tableLabel: traceTexts.details.tabs.annotations }}
      columnDefinitions={[
        { id: "name", header: texts.name, cell: ([name]) => name, isRowHeader: true },
        { id: "value", header: texts.value, cell: ([, value]) => String(value) },
        {
          id: "narrow",
          header: texts.narrow,
          cell: ([name, value]) => {
            if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
              return common.nothing;
            const term = annotationTerm(name, value);
            return <ConsoleLink to={`/traces?filter=${encodeURIComponent(term)}`}>{term}</ConsoleLink>;
          },
        },
      ]}
    />
  );
}

/** Members of an object, in their order: what is no text or number as JSON. */
export function MembersTable({ members, label }: { members: JsonObject; label: string }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={Object.entries(members)}
      trackBy={([name]) => name}
      ariaLabels={{ tableLabel: label }}
      columnDefinitions={[
        { id: "name", header: texts.name, cell: ([name]) => name, isRowHeader: true },
        {
          id: "value",
          header: texts.value,
          cell: ([, value]) => (typeof value === "object" ? JSON.stringify(value) : String(value)),
        },
      ]}
    />
  );
}

/** SQL: the query as code, the rest as a table. */
export function SqlView({ sql }: { sql: JsonObject }) {
  const { sanitized_query: query, ...rest } = sql;
  return (
    <SpaceBetween size="m">
      {typeof query === "string" && <JsonView value={query} label="sanitized_query" />}
      <MembersTable members={rest} label={traceTexts.details.tabs.sql} />
    </SpaceBetween>
  );
}

export function MetadataView({ metadata }: { metadata: JsonObject }) {
  return (
    <SpaceBetween size="m">
      {Object.entries(metadata).map(([namespace, value]) => (
        <div key={namespace}>
          <Box variant="h4">{namespace}</Box>
          <JsonView value={value} label={namespace} />
        </div>
      ))}
    </SpaceBetween>
  );
}

/** Links to other traces. What is no id is shown and leads nowhere. */
export function LinksTable({ links }: { links: readonly unknown[] }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={links.filter(isObject)}
      ariaLabels={{ tableLabel: traceTexts.links.label }}
      columnDefinitions={[
        {
          id: "trace",
          header: traceTexts.links.trace,
          cell: ({ trace_id: traceId, id }) => {
            const known = typeof traceId === "string" ? toTraceId(traceId) : undefined;
            if (known === undefined) return traceTexts.links.bad;
            const segment = typeof id === "string" ? `?segment=${encodeURIComponent(id)}` : "";
            return <ConsoleLink to={`/traces/${known}${segment}`}>{known}</ConsoleLink>;
          },
        },
        { id: "segment", header: traceTexts.links.segment, cell: ({ id }) => String(id ?? common.nothing) },
        {
          id: "attributes",
          header: traceTexts.links.attributes,
          cell: ({ attributes }) => (attributes === undefined ? common.nothing : JSON.stringify(attributes)),
        },
      ]}
    />
  );
}
