import net from "node:net";

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/**
 * A keep-alive connection that reads just enough of HTTP to know where a reply ends, so that the generator's share of
 * the processor stays small. One request at a time.
 */
export class Connection {
  readonly #socket: net.Socket;
  #parts: Buffer[] = [];
  /** Bytes in `#parts`, and how many the reply has; 0 until its head was read. */
  #received = 0;
  #wanted = 0;
  #waiting: { resolve: (reply: Reply) => void; reject: (problem: Error) => void } | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => this.#take(data));
    socket.on("error", (problem) => this.#fail(problem));
    socket.on("close", () => this.#fail(new Error("the connection was closed before the reply was whole")));
  }

  static open(host: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host, port }, () => resolve(new Connection(socket)));
      socket.once("error", reject);
    });
  }

  /** @param request a whole HTTP request. */
  send(request: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error("the connection was closed while it was idle"));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Parts of a long reply are joined once, when all are there. */
  #take(data: Buffer): void {
    this.#parts.push(data);
    this.#received += data.length;
    if (this.#received < this.#wanted) return;
    const received = this.#parts.length === 1 ? data : Buffer.concat(this.#parts);
    this.#parts = [received];
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = received.toString("latin1", 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#fail(new Error(`a reply without content-length:\n${head}`));
      return;
    }
    this.#wanted = headEnd + 4 + Number(length);
    if (this.#received < this.#wanted) return;
    const body = received.toString("utf8", headEnd + 4, this.#wanted);
    const rest = received.subarray(this.#wanted);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#received = rest.length;
    this.#wanted = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(problem: Error): void {
    this.#waiting?.reject(problem);
    this.#waiting = undefined;
  }
}
