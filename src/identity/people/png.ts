import { deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A black and white PNG of dark and light squares, with the light border that readers of QR codes need.
 *
 * @param scale pixels a side of a square.
 */
export function pngOf(modules: readonly (readonly boolean[])[], scale = 4, border = 4): Buffer {
  const size = (modules.length + 2 * border) * scale;
  const lineBytes = 1 + Math.ceil(size / 8);
  // A line begins with its filter, 0; then one bit a pixel, 1 being white.
  const pixels = Buffer.alloc(lineBytes * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const dark = modules[Math.floor(y / scale) - border]?.[Math.floor(x / scale) - border] ?? false;
      if (!dark) pixels[y * lineBytes + 1 + (x >>> 3)]! |= 0x80 >>> (x & 7);
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // One bit, greyscale; compression, filter and interlace as always.
  header[8] = 1;
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crcOf(body));
  return Buffer.concat([length, body, checksum]);
}

/** CRC-32 as PNG wants it; bit by bit, for a picture is small. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return (crc ^ 0xff_ff_ff_ff) >>> 0;
}
