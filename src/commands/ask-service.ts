import { CallRefused, type ExtensionClient, extensionClient } from "./extension-client.js";

/** Where a command writes. */
export interface Output {
  out(text: string): void;
  error(line: string): void;
}

export const consoleOutput: Output = { out: (line) => console.log(line), error: (line) => console.error(line) };

/** Whom a command asks, beside what it asks. */
export interface Asked {
  readonly endpoint: string;
  readonly region?: string | undefined;
}

/** @returns undefined if neither the flag nor the environment, for the API or for all, names a URL. */
export function endpointOf(flag: string | undefined, api: "CLOUDTRAIL" | "XRAY"): string | undefined {
  const endpoint = flag ?? process.env[`AWS_ENDPOINT_URL_${api}`] ?? process.env["AWS_ENDPOINT_URL"];
  return endpoint !== undefined && URL.canParse(endpoint) ? endpoint : undefined;
}

/**
 * The frame of a command that asks the service: says how it is called if it was called wrongly, and what went wrong if
 * something did.
 *
 * @param command `options` are undefined where it was called wrongly; `Client` is of the API, CloudTrail's if absent.
 * @returns the exit status: that of `work`, 1 if the service refused, 2 for anything else.
 */
export async function askService<Options extends Asked>(
  command: {
    readonly usage: string;
    readonly options: Options | undefined;
    readonly Client?: Parameters<typeof extensionClient>[2];
    readonly output: Output;
  },
  work: (client: ExtensionClient, options: Options) => Promise<number>,
): Promise<number> {
  const { usage, options, Client, output } = command;
  if (options === undefined) {
    output.error(usage);
    return 2;
  }
  const client = extensionClient(options.endpoint, options.region, Client);
  try {
    return await work(client, options);
  } catch (reason) {
    const { name, code, message } = reason as NodeJS.ErrnoException;
    output.error(reason instanceof CallRefused ? `${reason.code}: ${message}` : `${code ?? name}: ${message}`);
    return reason instanceof CallRefused ? 1 : 2;
  } finally {
    client.close();
  }
}
