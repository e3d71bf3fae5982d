import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { Failure } from "../api/failure.js";
import { common } from "../texts/common.js";
import { failureText } from "./failure-text.js";

/** Says what went wrong and what to do about it. Nothing where nothing went wrong. */
export function FailureAlert({ failure, retry }: { failure: Failure | undefined; retry?: (() => void) | undefined }) {
  if (failure === undefined) return null;
  const header = {
    denied: common.failure.deniedHeader,
    refused: common.failure.refusedHeader,
    unreachable: common.failure.unreachableHeader,
  }[failure.kind];
  return (
    <Alert
      type={failure.kind === "denied" ? "warning" : "error"}
      header={header}
      action={retry && failure.kind !== "denied" ? <Button onClick={retry}>{common.retry}</Button> : undefined}
    >
      {failureText(failure)}
    </Alert>
  );
}
