/**
 * What each client may take of a rule's reservoir, a second, once all of them have reported: an even share, the
 * remainder one each to the first of them by id. The shares add up to the reservoir exactly.
 *
 * @param clientIds without repetition, in any order.
 */
export function fairShares(reservoirSize: number, clientIds: readonly string[]): Map<string, number> {
  const clients = clientIds.length;
  const ordered = [...clientIds].sort((one, other) => (one < other ? -1 : 1));
  return new Map(
    ordered.map((id, before) => [id, Math.floor(reservoirSize / clients) + (before < reservoirSize % clients ? 1 : 0)]),
  );
}

/**
 * New quotas for the clients that report, each at most its fair share and at most what the others leave. Those who do
 * not report now go on with what they were told last, so a client that joins waits for its share until those before it
 * have reported, too, and given theirs up: at no time may the clients take more than the reservoir together. Once each
 * client has reported twice since the last one came or went, each has its fair share.
 *
 * @param held what each live client was told last.
 * @param reporting clients that report now, whether or not they are in `held`.
 */
export function shareReservoir(
  reservoirSize: number,
  held: ReadonlyMap<string, number>,
  reporting: ReadonlySet<string>,
): Map<string, number> {
  const fair = fairShares(reservoirSize, [...new Set([...held.keys(), ...reporting])]);
  let free = reservoirSize;
  for (const [id, quota] of held) if (!reporting.has(id)) free -= quota;
  const quotas = new Map<string, number>();
  for (const [id, share] of fair) {
    if (!reporting.has(id)) continue;
    const quota = Math.max(0, Math.min(share, free));
    free -= quota;
    quotas.set(id, quota);
  }
  return quotas;
}
