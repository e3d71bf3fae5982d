/** Of one statement: ids travel in a parameter, of which a server takes 128 KB. */
const idsAtOnceMax = 2000;

/** As many at once as a statement takes. */
export function* idsAtOnce<Id>(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += idsAtOnceMax) yield ids.slice(start, start + idsAtOnceMax);
}
