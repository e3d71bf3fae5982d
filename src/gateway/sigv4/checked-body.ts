import { type Readable, Transform, type TransformCallback } from "node:stream";
import { ServiceError } from "../../services/service-error.js";
import type { WireRequest } from "../wire.js";
import { type Authenticated, streamingPayloads, unsignedPayload } from "./authenticate.js";
import {
  checksumValue,
  type Expectation,
  expectationFor,
  expectationsOf,
  hashed,
  isChecksumName,
} from "./checksums.js";
import { ChunkedDecoder } from "./chunked-decoder.js";
import type { SignatureClaim } from "./claim.js";

export interface CheckedBody {
  /** Ends only if everything that was signed or promised of the body held; else it is destroyed with a ServiceError. */
  readonly stream: Readable;
  /** Bytes after decoding, where the caller declared it. */
  readonly length: number | undefined;
  /** Checksums that came behind the body, by the name of their trailer: complete and verified once the stream has ended. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** What was signed about the body; `undefined` for callers without a signature, whose bodies promise only checksums. */
export type BodySignature = Pick<Authenticated, "payloadHash" | "signingKey"> & { readonly claim: SignatureClaim };

/**
 * The body of an S3 request, decoded and held to its length, hash, chunk signatures, checksums and trailers while it
 * streams. Whoever reads it must keep nothing before its end.
 *
 * @param checksumsOfBody see `expectationsOf`.
 * @throws ServiceError for what the headers alone show to be wrong.
 */
export function checkedBody(
  request: WireRequest,
  signature: BodySignature | undefined,
  checksumsOfBody: boolean,
): CheckedBody {
  const payloadHash = signature?.payloadHash ?? request.headers["x-amz-content-sha256"]?.[0] ?? unsignedPayload;
  const chunked = payloadHash.startsWith("STREAMING-");
  const length = declaredLength(request, chunked);
  const expectations = expectationsOf(request, checksumsOfBody);
  if (!chunked) {
    if (payloadHash !== unsignedPayload)
      expectations.push({
        running: hashed("sha256"),
        expected: Buffer.from(payloadHash, "hex"),
        mismatch: () =>
          new ServiceError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
          ),
      });
    return { stream: check(request.body, new BodyCheck(length, expectations)), length, trailers: new Map() };
  }

  const trailing = payloadHash !== streamingPayloads.signed;
  const signed = payloadHash !== streamingPayloads.unsignedTrailer;
  if (signed && signature === undefined)
    throw new ServiceError("AccessDenied", "A signed body wants a signed request.", { httpStatus: 403 });
  const trailerNames = trailing ? trailerNamesOf(request) : [];
  const trailerChecks = new Map<string, Expectation>();
  const trailers = new Map<string, string>();
  for (const name of trailerNames) if (isChecksumName(name)) trailerChecks.set(name, expectationFor(name));
  const bodyCheck = new BodyCheck(length, [...expectations, ...trailerChecks.values()], (onBytes) => {
    const decoder = new ChunkedDecoder({
      signing: signed ? signature : undefined,
      trailerNames,
      trailerSigned: trailing,
      onBytes,
    });
    return {
      write: (bytes) => decoder.write(bytes),
      end: () => {
        for (const [name, value] of decoder.end()) {
          const trailerCheck = trailerChecks.get(name);
          if (trailerCheck === undefined) continue;
          trailerCheck.expected = checksumValue(name, value);
          trailers.set(name, value);
        }
      },
    };
  });
  return { stream: check(request.body, bodyCheck), length, trailers };
}

function check(from: Readable, through: Transform): Readable {
  from.on("error", (cause) => through.destroy(incomplete(cause)));
  from.on("close", () => {
    if (!from.readableEnded && !through.destroyed) through.destroy(incomplete(undefined));
  });
  // Nobody may be listening yet when a check fails; the failure is kept for whoever reads next.
  through.on("error", () => {
    from.unpipe(through);
  });
  return from.pipe(through);
}

function incomplete(cause: unknown): ServiceError {
  return new ServiceError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    { cause },
  );
}

function declaredLength(request: WireRequest, chunked: boolean): number | undefined {
  const name = chunked ? "x-amz-decoded-content-length" : "content-length";
  const text = request.headers[name]?.[0];
  if (text === undefined) {
    if (chunked)
      throw new ServiceError("MissingContentLength", "You must provide the Content-Length HTTP header.", {
        httpStatus: 411,
      });
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) throw new ServiceError("InvalidRequest", `Value for ${name} header is invalid.`);
  return Number(text);
}

function trailerNamesOf(request: WireRequest): string[] {
  const names = (request.headers["x-amz-trailer"]?.[0] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  if (names.length > 8) throw new ServiceError("InvalidRequest", "x-amz-trailer names too many trailers.");
  return names;
}

interface Decoder {
  write(bytes: Buffer): void;
  end(): void;
}

class BodyCheck extends Transform {
  readonly #length: number | undefined;
  readonly #expectations: readonly Expectation[];
  readonly #decoder: Decoder | undefined;
  #received = 0;

  constructor(
    length: number | undefined,
    expectations: readonly Expectation[],
    makeDecoder?: (onBytes: (bytes: Buffer) => void) => Decoder,
  ) {
    super();
    this.#length = length;
    this.#expectations = expectations;
    this.#decoder = makeDecoder?.((bytes) => this.#take(bytes));
  }

  override _transform(bytes: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      if (this.#decoder === undefined) this.#take(bytes);
      else this.#decoder.write(bytes);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#decoder?.end();
      if (this.#length !== undefined && this.#received !== this.#length) throw incomplete(undefined);
      for (const { running, expected, mismatch } of this.#expectations)
        if (expected === undefined || !running.digest().equals(expected)) throw mismatch();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #take(bytes: Buffer): void {
    this.#received += bytes.length;
    if (this.#length !== undefined && this.#received > this.#length)
      throw new ServiceError("InvalidRequest", "The body is longer than the length declared for it.");
    for (const { running } of this.#expectations) running.update(bytes);
    this.push(bytes);
  }
}
