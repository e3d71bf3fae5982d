import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import { connect, createSecureContext, type SecureContextOptions, type TLSSocket } from "node:tls";

/** What TLS listeners show to prove who they are, read anew while they run. */
export interface Certificate {
  readonly current: SecureContextOptions;
  /** Calls `use` whenever the files have changed. */
  onChange(use: (context: SecureContextOptions) => void): void;
  /** Looks whether the files have changed. Files that do not fit together, as in the middle of a change, are left alone. */
  reload(): Promise<void>;
  /** For calls to our own listeners: whatever name the certificate is for, it must be this very one. */
  readonly ownAgent: Agent;
}

/**
 * @param files in PEM; the certificate may have those of its issuers behind it.
 * @throws if they cannot be read or do not belong together.
 */
export async function openCertificate(files: {
  readonly certificate: string;
  readonly key: string;
}): Promise<Certificate> {
  let pair = await readPair(files);
  const uses: ((context: SecureContextOptions) => void)[] = [];
  return {
    get current() {
      return pair.context;
    },
    onChange: (use) => void uses.push(use),
    async reload() {
      const found = await readPair(files);
      if (found.text === pair.text) return;
      pair = found;
      for (const use of uses) use(pair.context);
    },
    ownAgent: agentOf((shown) => shown?.equals(pair.leaf) === true),
  };
}

async function readPair({ certificate, key: keyFile }: { readonly certificate: string; readonly key: string }) {
  const [cert, key] = await Promise.all([readFile(certificate), readFile(keyFile)]);
  const context: SecureContextOptions = { cert, key, minVersion: "TLSv1.2" };
  createSecureContext(context);
  return { context, text: `${cert}\n${key}`, leaf: new X509Certificate(cert).raw };
}

/** Connections are given out only once the other side has shown what it must. */
function agentOf(isOurs: (shown: Buffer | undefined) => boolean): Agent {
  const agent = new Agent({ keepAlive: true });
  const createConnection = (
    options: { host?: string; port?: number },
    done: (problem: Error | null, socket?: TLSSocket) => void,
  ) => {
    const socket = connect({ host: options.host, port: options.port, rejectUnauthorized: false } as never);
    socket.once("error", done);
    socket.once("secureConnect", () => {
      socket.off("error", done);
      if (isOurs(socket.getPeerCertificate().raw)) return done(null, socket);
      socket.destroy();
      done(new Error("our own endpoint shows another certificate than ours"));
    });
  };
  return Object.assign(agent, { createConnection });
}
