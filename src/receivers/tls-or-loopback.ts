import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import type { Certificate } from "../identity/certificate.js";
import { isLoopback } from "./otlp/senders.js";

/** The first byte of a TLS connection. */
const handshake = 0x16;
const firstByteMs = 10_000;

/**
 * One port for TLS and, from this machine alone, for HTTP in clear: X-Ray's SDKs cannot speak TLS to a daemon, and AWS's
 * has none. Who connects from elsewhere in clear is cut off.
 *
 * @param set makes each of the two servers' settings.
 */
export function tlsOrLoopback(certificate: Certificate, listener: RequestListener, set: (server: Server) => void) {
  const secure = createHttpsServer(certificate.current, listener);
  certificate.onChange((context) => secure.setSecureContext(context));
  const plain = createHttpServer(listener);
  for (const each of [secure, plain]) {
    set(each);
    // Neither listens itself, and Node begins to watch over the time connections take when a server does.
    each.emit("listening");
  }
  const door = createServer((socket) => sort(socket, secure, plain));
  door.maxConnections = secure.maxConnections;
  return Object.assign(door, {
    closeAllConnections() {
      secure.closeAllConnections();
      plain.closeAllConnections();
    },
  });
}

function sort(socket: Socket, secure: NetServer, plain: NetServer): void {
  const cut = () => socket.destroy();
  socket.setTimeout(firstByteMs, cut);
  socket.once("error", cut);
  socket.once("data", (first: Buffer) => {
    socket.pause();
    socket.setTimeout(0);
    socket.off("timeout", cut);
    socket.off("error", cut);
    const isTls = first[0] === handshake;
    if (!isTls && !isLoopback(socket.remoteAddress ?? "")) return cut();
    socket.unshift(first);
    (isTls ? secure : plain).emit("connection", socket);
    if (!isTls) socket.resume();
  });
}
