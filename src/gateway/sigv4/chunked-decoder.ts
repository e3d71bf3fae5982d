import { createHash, type Hash, timingSafeEqual } from "node:crypto";
import { ServiceError } from "../../services/service-error.js";
import { refusals } from "../front-end-errors.js";
import { scopeText } from "./canonical-request.js";
import type { SignatureClaim } from "./claim.js";
import { hmacHex } from "./signing-keys.js";

/** With what the signatures of chunks are checked; absent where chunks are unsigned. */
export interface ChunkSigning {
  readonly claim: Pick<SignatureClaim, "timestamp" | "date" | "region" | "service" | "signature">;
  readonly signingKey: Buffer;
}

const emptyHash = createHash("sha256").digest("hex");
const lineBytesMax = 1024;
const trailerBytesMax = 16 * 1024;
/** As AWS: no chunk is larger than an object part. */
const chunkBytesMax = 5 * 1024 * 1024 * 1024;

/**
 * Decodes `aws-chunked`: `size;chunk-signature=…\r\n bytes \r\n`, … `0;chunk-signature=…\r\n`, then trailers. Each
 * signature covers the one before it, so chunks can be neither exchanged, repeated nor left out.
 *
 * Bytes of a chunk are handed on before its signature has been seen: who takes them must keep nothing until `end` has
 * returned, which is only after all signatures were checked.
 *
 * Source: S3 API reference, "Signature calculations: chunked upload" and "… with trailing headers".
 */
export class ChunkedDecoder {
  readonly #signing: ChunkSigning | undefined;
  readonly #trailerSigned: boolean;
  readonly #trailerNames: readonly string[];
  readonly #trailers = new Map<string, string>();
  readonly #onBytes: (bytes: Buffer) => void;
  #previousSignature: string;
  #state: "size" | "data" | "data-end" | "trailer" | "done" = "size";
  #line = "";
  #chunkRemaining = 0;
  #chunkSignature = "";
  #chunkHash: Hash | undefined;
  #trailerBytes = 0;
  #trailerSignature: string | undefined;

  /** @param trailerNames from `x-amz-trailer`, lower case: exactly these must come. */
  constructor(options: {
    signing: ChunkSigning | undefined;
    trailerNames: readonly string[];
    trailerSigned: boolean;
    onBytes: (bytes: Buffer) => void;
  }) {
    this.#signing = options.signing;
    this.#trailerNames = options.trailerNames;
    this.#trailerSigned = options.trailerSigned;
    this.#onBytes = options.onBytes;
    this.#previousSignature = options.signing?.claim.signature ?? "";
  }

  /** @throws ServiceError as soon as anything is wrong. */
  write(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "data") {
        const taken = bytes.subarray(at, at + this.#chunkRemaining);
        at += taken.length;
        this.#chunkRemaining -= taken.length;
        this.#chunkHash?.update(taken);
        this.#onBytes(taken);
        if (this.#chunkRemaining === 0) this.#state = "data-end";
        continue;
      }
      if (this.#state === "done") throw malformed("bytes after the last chunk");
      const newline = bytes.indexOf(0x0a, at);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.#line += bytes.toString("latin1", at, end);
      at = end;
      if (this.#line.length > (this.#state === "trailer" ? trailerBytesMax : lineBytesMax))
        throw malformed("a line is too long");
      if (newline === -1) break;
      if (!this.#line.endsWith("\r\n")) throw malformed("a line does not end with CR LF");
      const line = this.#line.slice(0, -2);
      this.#line = "";
      this.#takeLine(line);
    }
  }

  /** @returns the trailers, once everything has come and was checked. @throws ServiceError if it has not. */
  end(): ReadonlyMap<string, string> {
    // Some clients leave out the empty line after trailers.
    if (this.#state === "trailer" && this.#line === "") this.#finish();
    if (this.#state !== "done") throw new ServiceError("IncompleteBody", "The request body terminated unexpectedly");
    return this.#trailers;
  }

  #takeLine(line: string): void {
    switch (this.#state) {
      case "size":
        this.#openChunk(line);
        break;
      case "data-end":
        if (line !== "") throw malformed("a chunk is longer than it said");
        this.#closeChunk();
        break;
      case "trailer":
        if (line === "") this.#finish();
        else this.#takeTrailer(line);
        break;
      case "data":
      case "done":
        throw malformed("unexpected line");
      default:
        this.#state satisfies never;
    }
  }

  #openChunk(line: string): void {
    const parts = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (parts === null) throw malformed("a chunk's size cannot be read");
    if (this.#signing !== undefined && parts[2] === undefined) throw malformed("a chunk is not signed");
    this.#chunkRemaining = Number.parseInt(parts[1] as string, 16);
    if (this.#chunkRemaining > chunkBytesMax) throw malformed("a chunk is too large");
    this.#chunkSignature = parts[2] ?? "";
    if (this.#signing !== undefined) this.#chunkHash = createHash("sha256");
    if (this.#chunkRemaining > 0) this.#state = "data";
    else this.#closeChunk();
  }

  #closeChunk(): void {
    const last = this.#state === "size";
    if (this.#signing !== undefined) {
      const hash = (this.#chunkHash as Hash).digest("hex");
      const { claim } = this.#signing;
      this.#check(
        `AWS4-HMAC-SHA256-PAYLOAD\n${claim.timestamp}\n${scopeText(claim)}\n${this.#previousSignature}\n${emptyHash}\n${hash}`,
        this.#chunkSignature,
      );
      this.#previousSignature = this.#chunkSignature;
    }
    this.#state = last ? "trailer" : "size";
  }

  #takeTrailer(line: string): void {
    this.#trailerBytes += line.length;
    if (this.#trailerBytes > trailerBytesMax) throw malformed("the trailers are too long");
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "x-amz-trailer-signature") {
      if (this.#trailerSignature !== undefined) throw malformed("two trailer signatures");
      this.#trailerSignature = value;
      return;
    }
    if (this.#trailerSignature !== undefined) throw malformed("a trailer after the trailers' signature");
    if (!this.#trailerNames.includes(name) || this.#trailers.has(name))
      throw malformed("a trailer that x-amz-trailer does not name");
    this.#trailers.set(name, value);
  }

  #finish(): void {
    for (const name of this.#trailerNames)
      if (!this.#trailers.has(name)) throw malformed(`the trailer ${name.slice(0, 64)} is missing`);
    if (this.#trailerSigned && this.#signing !== undefined) {
      const { claim } = this.#signing;
      const canonical = [...this.#trailers].map(([name, value]) => `${name}:${value}\n`).join("");
      const hash = createHash("sha256").update(canonical, "latin1").digest("hex");
      this.#check(
        `AWS4-HMAC-SHA256-TRAILER\n${claim.timestamp}\n${scopeText(claim)}\n${this.#previousSignature}\n${hash}`,
        this.#trailerSignature ?? "",
      );
    }
    this.#state = "done";
  }

  #check(stringToSign: string, signature: string): void {
    const expected = Buffer.from(hmacHex((this.#signing as ChunkSigning).signingKey, stringToSign), "latin1");
    const given = Buffer.from(signature, "latin1");
    if (given.length !== expected.length || !timingSafeEqual(expected, given)) throw refusals.mismatch();
  }
}

function malformed(what: string): ServiceError {
  return new ServiceError("InvalidRequest", `The aws-chunked body is malformed: ${what}.`);
}
