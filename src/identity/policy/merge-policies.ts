/**
 * Several policies of one resource as one document, which decides as they do together. To be called with documents that
 * were checked when they were stored.
 */
export function mergePolicies(documents: readonly string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: documents.flatMap(statementsOf) });
}

function statementsOf(text: string): unknown[] {
  const { Version, Statement } = JSON.parse(text) as { Version?: string; Statement: unknown };
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  // Ids need be unique in one policy only.
  const withoutIds = statements.map((statement) => ({ ...(statement as object), Sid: undefined }));
  return Version === "2012-10-17" ? withoutIds : withoutVariables(withoutIds);
}

/** The older version knows no variables: its `${` are characters, which the newer one spells `${$}{`. */
function withoutVariables(statements: readonly unknown[]): unknown[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the policy language's own spelling.
  return JSON.parse(JSON.stringify(statements).replaceAll("${", "${$}{")) as unknown[];
}
