/** As it stands in headers and XML. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** An etag as a client gives it: with quotes, without them, or weak. `*` stays. */
export function unquoted(etag: string): string {
  return etag.trim().replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/** Whether a list of etags, as in If-Match and If-None-Match, names this one. */
export function namesEtag(list: string, etag: string): boolean {
  return list.split(",").some((one) => unquoted(one) === "*" || unquoted(one) === etag);
}
