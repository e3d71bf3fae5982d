let copied: string | undefined;

/** Takes a document along to the page that writes a new policy: it is too long for an address. */
export function copyDocument(document: string): void {
  copied = document;
}

/** @returns undefined if nothing was taken along. */
export function takeCopiedDocument(): string | undefined {
  const taken = copied;
  copied = undefined;
  return taken;
}
