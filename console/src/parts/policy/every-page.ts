/** All pages of a short list, one after the other. */
export async function everyPage<Item>(
  load: (marker: string | undefined) => Promise<{ items: readonly Item[]; next: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let marker: string | undefined;
  do {
    const { items, next } = await load(marker);
    all.push(...items);
    marker = next;
  } while (marker !== undefined);
  return all;
}
