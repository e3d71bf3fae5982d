import { home } from "./home.js";
import { session } from "./session.js";

interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => Promise<object>;
  readonly maxAttempts: number;
  readonly forcePathStyle: boolean;
  readonly requestChecksumCalculation: "WHEN_REQUIRED";
}

/**
 * Clients by class: making one costs more than a call. A client keeps the credentials it was once given until they end, so
 * those of another person, role or region are thrown away.
 */
const made = new Map<unknown, unknown>();
let madeFor = "";

/**
 * An AWS SDK client that signs as whoever is signed in, in the region chosen. There is no other way to the service, so
 * every look at something is a call that is authorised and recorded.
 *
 * @example const { TraceSummaries } = await clientOf(XRayClient).send(new GetTraceSummariesCommand(input));
 */
export function clientOf<Client>(
  // biome-ignore lint/suspicious/noExplicitAny: every SDK client's constructor takes a configuration of its own.
  Class: new (configuration: any) => Client,
): Client {
  const { region, person, role } = session.get();
  const wanted = `${region} ${(role ?? person)?.credentials.accessKeyId}`;
  if (wanted !== madeFor) made.clear();
  madeFor = wanted;
  const known = made.get(Class) as Client | undefined;
  if (known !== undefined) return known;
  const settings: ClientSettings = {
    endpoint: home.endpoint,
    region,
    // Waits where they have ended, until the person has signed in anew.
    credentials: () => session.credentials(),
    maxAttempts: 2,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
  };
  const client = new Class(settings);
  made.set(Class, client);
  return client;
}
