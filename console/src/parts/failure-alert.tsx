import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { Failure } from "../api/failure.js";
import { useSession } from "../api/use-session.js";
import { common } from "../texts/common.js";

/** Says what went wrong and what to do about it. Nothing where nothing went wrong. */
export function FailureAlert({ failure, retry }: { failure: Failure | undefined; retry?: (() => void) | undefined }) {
  const { person, role } = useSession();
  if (failure === undefined) return null;
  const who = (role ?? person)?.arn ?? "";
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
      {failure.missingAction !== undefined
        ? common.failure.missing(failure.missingAction, who)
        : failure.kind === "unreachable"
          ? common.failure.unreachable
          : common.failure.message(failure.code, failure.message)}
    </Alert>
  );
}
