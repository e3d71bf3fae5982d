/**
 * Keys as the index orders them: UTF-8 bytes.
 * @throws RangeError for a key that no bytes stand for (a lone surrogate) or that is too long.
 */
export function keyBytes(key: string): Buffer {
  if (/\p{Surrogate}/u.test(key)) throw new RangeError("A key is well-formed Unicode");
  const bytes = Buffer.from(key, "utf8");
  if (bytes.length > keyBytesMax) throw new RangeError(`A key has at most ${keyBytesMax} bytes`);
  return bytes;
}

/** The first bytes behind everything that starts with `prefix`. UTF-8 has no byte 0xff, so the last one can grow. */
export function behindPrefix(prefix: string): Buffer {
  const bytes = Buffer.from(prefix, "utf8");
  if (bytes.length === 0) return Buffer.from([0xff]);
  bytes[bytes.length - 1]! += 1;
  return bytes;
}

/** The smallest bytes behind `key`. */
export function behindKey(key: string): Buffer {
  return Buffer.concat([Buffer.from(key, "utf8"), Buffer.from([0])]);
}

/** What of the key is common to all that share its part up to the first delimiter behind the prefix, if it has one. */
export function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

export const keyBytesMax = 1024;
