/** What can be asked of the index of reads. */
export type Question =
  | { readonly kind: "trace"; readonly traceId: string }
  | { readonly kind: "caller"; readonly caller: string }
  | { readonly kind: "annotation"; readonly key: string; readonly value: string };

const traceIdForm = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const otelForm = /^[0-9a-f]{32}$/i;
const callerForm = /^arn:aws:(iam|sts)::\d{12}:.+$/;

/**
 * Reads an address: `?trace=1-…`, `?caller=arn:…` or `?key=customer&value=c-17`. `ask` says which where none, or several,
 * are there.
 */
export function readQuestion(parameters: URLSearchParams): Question {
  const of = (name: string) => parameters.get(name) ?? "";
  const questions: Record<Question["kind"], Question> = {
    trace: { kind: "trace", traceId: of("trace") },
    caller: { kind: "caller", caller: of("caller") },
    annotation: { kind: "annotation", key: of("key"), value: of("value") },
  };
  const asked = questions[of("ask") as Question["kind"]];
  if (asked !== undefined) return asked;
  if (of("caller") !== "") return questions.caller;
  return of("key") === "" ? questions.trace : questions.annotation;
}

/** The address of a question, below `/console`. */
export function exposureAddress(question: Question): string {
  return `/exposure?${writeQuestion(question)}`;
}

export function writeQuestion(question: Question): URLSearchParams {
  switch (question.kind) {
    case "trace":
      return new URLSearchParams({ ask: "trace", trace: question.traceId });
    case "caller":
      return new URLSearchParams({ ask: "caller", caller: question.caller });
    case "annotation":
      return new URLSearchParams({ ask: "annotation", key: question.key, value: question.value });
  }
}

/** What is missing before the question can be put; undefined: nothing. */
export function problemOf(question: Question): "empty" | "trace" | "caller" | undefined {
  switch (question.kind) {
    case "trace":
      if (question.traceId === "") return "empty";
      return traceIdForm.test(question.traceId) || otelForm.test(question.traceId) ? undefined : "trace";
    case "caller":
      if (question.caller === "") return "empty";
      return callerForm.test(question.caller) ? undefined : "caller";
    case "annotation":
      return question.key === "" ? "empty" : undefined;
  }
}
