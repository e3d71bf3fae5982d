/** Of one statement: ids travel in a parameter, of which a server takes 128 KB; an id and what else is said with it have 80. */
const idsAtOnceMax = 1500;

/** As many at once as a statement takes. */
export function* idsAtOnce<Id>(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += idsAtOnceMax) yield ids.slice(start, start + idsAtOnceMax);
}
