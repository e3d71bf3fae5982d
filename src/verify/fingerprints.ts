/** Fingerprints of 64 bits of any number of events, and in which file each was first: 12 bytes and some room an event. */
export class Fingerprints {
  #slots = 1 << 12;
  #used = 0;
  /** Three words a slot; the third is the file's number from 1, or 0 where the slot is free. */
  #words = new Uint32Array(this.#slots * 3);

  /** @returns the number of the file it was in before, or 0 after noting this one. */
  add(high: number, low: number, file: number): number {
    if (this.#used * 4 > this.#slots * 3) this.#grow();
    const at = this.#find(high, low);
    const known = this.#words[at + 2]!;
    if (known !== 0) return known;
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#words[at + 2] = file;
    this.#used++;
    return 0;
  }

  #find(high: number, low: number): number {
    let slot = (high ^ Math.imul(low, 0x9e3779b1)) >>> 0;
    for (;;) {
      const at = (slot & (this.#slots - 1)) * 3;
      if (this.#words[at + 2] === 0) return at;
      if (this.#words[at] === high >>> 0 && this.#words[at + 1] === low >>> 0) return at;
      slot++;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * 3);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] === 0) continue;
      this.#words.set(old.subarray(at, at + 3), this.#find(old[at]!, old[at + 1]!));
    }
  }
}
