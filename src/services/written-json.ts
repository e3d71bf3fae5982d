/**
 * A member of an output that is JSON already, spelled as the API spells it: it goes into the answer as it is, where
 * reading it only to write it again would cost more than everything else of the call. Understood by the JSON protocols,
 * at the top of an output.
 */
export class WrittenJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** @param items JSON each. */
  static list(items: readonly string[]): WrittenJson {
    return new WrittenJson(`[${items.join(",")}]`);
  }
}
