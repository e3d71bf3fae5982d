import { useState } from "react";
import { callExtension } from "../../api/extension.js";
import { type Pages, usePages } from "../../api/use-pages.js";

/** What to ask, and for which time; of equal ones the answer is fetched once. */
export interface Asked {
  readonly operation: "GetTraceExposure" | "GetCallerExposure" | "GetAnnotationExposure";
  readonly input: Readonly<Record<string, unknown>>;
}

/** One page of an answer, asked for as whoever looks. */
export function fetchAnswer<Answer>(
  { operation, input }: Asked,
  more: { MaxResults: number; NextToken: string | undefined },
  signal: AbortSignal,
): Promise<Answer> {
  return callExtension<Answer>("xray", operation, { ...input, ...more }, { signal });
}

/**
 * An answer whose list comes in pages.
 *
 * @returns the list, and the first page's answer, which has the sums.
 */
export function useAnswer<Answer extends { readonly NextToken?: string }, Item>(
  asked: Asked | undefined,
  itemsOf: (answer: Answer) => readonly Item[],
  { pageSize }: { pageSize: number },
): { readonly head: Answer | undefined; readonly pages: Pages<Item> } {
  const key = asked && JSON.stringify([asked, pageSize]);
  const [first, setFirst] = useState<{ key: string; answer: Answer }>();
  const pages = usePages<Item>(key, async (nextToken, signal) => {
    const answer = await fetchAnswer<Answer>(asked!, { MaxResults: pageSize, NextToken: nextToken }, signal);
    if (nextToken === undefined && !signal.aborted) setFirst({ key: key!, answer });
    return { items: itemsOf(answer), nextToken: answer.NextToken };
  });
  return { head: first?.key === key ? first?.answer : undefined, pages };
}
