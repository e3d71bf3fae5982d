/** A checksum computed as bytes arrive; `digest` gives it as S3 sends it: big-endian bytes. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

/** CRC-32 (ISO 3309) and CRC-32C (Castagnoli), reflected, by table. */
export class Crc32 implements RunningChecksum {
  readonly #table: Uint32Array;
  #state = 0xffffffff;

  constructor(polynomial: "crc32" | "crc32c") {
    this.#table = polynomial === "crc32" ? crc32Table : crc32cTable;
  }

  update(bytes: Uint8Array): void {
    const table = this.#table;
    let state = this.#state;
    for (let index = 0; index < bytes.length; index++)
      state = (table[(state ^ (bytes[index] as number)) & 0xff] as number) ^ (state >>> 8);
    this.#state = state;
  }

  digest(): Buffer {
    const result = Buffer.alloc(4);
    result.writeUInt32BE((this.#state ^ 0xffffffff) >>> 0);
    return result;
  }
}

function table32(reflected: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ reflected : value >>> 1;
    return value;
  });
}

const crc32Table = table32(0xedb88320);
const crc32cTable = table32(0x82f63b78);

/** CRC-64/NVME, reflected, by table; two halves because numbers have 53 bits and BigInt is slow. */
export class Crc64Nvme implements RunningChecksum {
  #high = 0xffffffff;
  #low = 0xffffffff;

  update(bytes: Uint8Array): void {
    let high = this.#high;
    let low = this.#low;
    for (let index = 0; index < bytes.length; index++) {
      const entry = (low ^ (bytes[index] as number)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (crc64Low[entry] as number);
      high = (high >>> 8) ^ (crc64High[entry] as number);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): Buffer {
    const result = Buffer.alloc(8);
    result.writeUInt32BE((this.#high ^ 0xffffffff) >>> 0, 0);
    result.writeUInt32BE((this.#low ^ 0xffffffff) >>> 0, 4);
    return result;
  }
}

const crc64 = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  return value;
});
const crc64Low = Uint32Array.from(crc64, (value) => Number(value & 0xffffffffn));
const crc64High = Uint32Array.from(crc64, (value) => Number(value >> 32n));
