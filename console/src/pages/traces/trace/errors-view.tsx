import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { traceTexts } from "../../../texts/trace.js";
import { causeOf, type Exception, failedBelow, nodeOfException } from "./exceptions.js";
import type { LoadedTrace } from "./load-trace.js";
import type { TraceNode } from "./trace-tree.js";

const texts = traceTexts.errors;

/** Why a segment failed: its exceptions with their stacks, and the way to those recorded elsewhere. */
export function ErrorsView({
  trace,
  node,
  onSelect,
}: {
  trace: LoadedTrace;
  node: TraceNode;
  onSelect: (node: TraceNode) => void;
}) {
  const cause = causeOf(node);
  const elsewhere = cause?.elsewhereId === undefined ? undefined : nodeOfException(trace.tree, cause.elsewhereId);
  const below = elsewhere === undefined ? failedBelow(node) : [];
  return (
    <SpaceBetween size="m">
      {cause?.message !== undefined && <Box className="trace-anywhere">{cause.message}</Box>}
      {cause?.elsewhereId !== undefined && (
        <Box>
          {elsewhere === undefined ? texts.elsewhereUnknown(cause.elsewhereId) : texts.elsewhere(cause.elsewhereId)}{" "}
          {elsewhere !== undefined && <NodeLink node={elsewhere} onSelect={onSelect} />}
        </Box>
      )}
      {cause?.exceptions.map((exception, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: exceptions have no other key, and never move.
        <ExceptionView key={index} exception={exception} trace={trace} onSelect={onSelect} />
      ))}
      {cause?.workingDirectory !== undefined && (
        <Box color="text-body-secondary">{texts.folder(cause.workingDirectory)}</Box>
      )}
      {below.length > 0 && (
        <div>
          <Box variant="p">{texts.below}</Box>
          <SpaceBetween size="xxs">
            {below.map((each) => (
              <NodeLink key={each.key} node={each} onSelect={onSelect} />
            ))}
          </SpaceBetween>
        </div>
      )}
      {cause === undefined && below.length === 0 && <Box color="text-body-secondary">{texts.none}</Box>}
    </SpaceBetween>
  );
}

function ExceptionView({
  exception,
  trace,
  onSelect,
}: {
  exception: Exception;
  trace: LoadedTrace;
  onSelect: (node: TraceNode) => void;
}) {
  const { type, message, remote, stack, causeId, skipped, truncated } = exception;
  const name = type ?? texts.exception;
  const causing = causeId === undefined ? undefined : nodeOfException(trace.tree, causeId);
  const frames = stack.map(({ label, path, line }) =>
    texts.frame(label ?? texts.unnamed, path ?? texts.unnamed, line === undefined ? "" : `:${line}`),
  );
  return (
    <div>
      <Box variant="h4" className="trace-anywhere">
        {name} {remote && texts.remote}
      </Box>
      {message !== undefined && <Box className="trace-anywhere">{message}</Box>}
      {frames.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section className="stack-trace" tabIndex={0} aria-label={texts.stack(name)}>
          <pre>{frames.join("\n")}</pre>
        </section>
      )}
      {truncated > 0 && <Box color="text-body-secondary">{texts.truncated(truncated)}</Box>}
      {skipped > 0 && <Box color="text-body-secondary">{texts.skipped(skipped)}</Box>}
      {causeId !== undefined && (
        <Box>
          {texts.causedBy(causeId)} {causing !== undefined && <NodeLink node={causing} onSelect={onSelect} />}
        </Box>
      )}
    </div>
  );
}

/** Leads to another segment of the trace. */
export function NodeLink({ node, onSelect }: { node: TraceNode; onSelect: (node: TraceNode) => void }) {
  const service = node.segment.entity.name;
  return (
    <Link onFollow={() => onSelect(node)}>
      {node.kind === "segment" ? node.entity.name : `${node.entity.name} ${traceTexts.waterfall.of(service)}`}
    </Link>
  );
}
