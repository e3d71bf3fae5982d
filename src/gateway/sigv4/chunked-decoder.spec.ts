import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkedDecoder } from "./chunked-decoder.js";

describe("ChunkedDecoder", () => {
  it("gives the same bytes and trailers however the network cuts them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }),
        fc.array(fc.nat(2000), { maxLength: 20 }),
        (chunks, cuts) => {
          const parts = [...chunks, new Uint8Array()].map((chunk) =>
            Buffer.concat([
              Buffer.from(`${chunk.length.toString(16)}\r\n`),
              chunk,
              Buffer.from(chunk.length > 0 ? "\r\n" : ""),
            ]),
          );
          const body = Buffer.concat([...parts, Buffer.from("x-amz-meta-end:yes\r\n\r\n")]);
          const decoded: Buffer[] = [];
          const decoder = new ChunkedDecoder({
            signing: undefined,
            trailerNames: ["x-amz-meta-end"],
            trailerSigned: false,
            onBytes: (bytes) => decoded.push(Buffer.from(bytes)),
          });
          const edges = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b);
          for (let index = 1; index < edges.length; index++)
            decoder.write(body.subarray(edges[index - 1], edges[index]));
          expect(Object.fromEntries(decoder.end())).toEqual({ "x-amz-meta-end": "yes" });
          expect(Buffer.concat(decoded).equals(Buffer.concat(chunks))).toBe(true);
        },
      ),
    );
  });

  it("never takes a body that was cut anywhere before its last line", () => {
    const body = Buffer.from("3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-meta-end:yes\r\n\r\n");
    for (let length = 0; length < body.length - 2; length++) {
      const decoder = new ChunkedDecoder({
        signing: undefined,
        trailerNames: ["x-amz-meta-end"],
        trailerSigned: false,
        onBytes: () => {},
      });
      decoder.write(body.subarray(0, length));
      expect(() => decoder.end()).toThrow();
    }
  });
});
