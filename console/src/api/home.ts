/** What the service says of itself in the page, before anybody has signed in. */
export const home = {
  region: metaOf("dosimeter-region"),
  accountId: metaOf("dosimeter-account"),
  /** Port of the X-Ray daemon's protocol; empty where it is off. */
  daemonPort: metaOf("dosimeter-daemon"),
  /** Port of OpenTelemetry's protocol over HTTP; empty where it is off. */
  otlpPort: metaOf("dosimeter-otlp"),
  /** For sheets of style that editors make. */
  nonce: metaOf("nonce"),
  /** The same origin serves every API. */
  endpoint: location.origin,
};

function metaOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
