type EventRecord = Readonly<Record<string, unknown>>;

/** Many look at the same event: each record is parsed once, and forgotten with its event. */
const parsed = new WeakMap<object, EventRecord>();

export function parsedRecord(event: { readonly record: string }): EventRecord {
  let record = parsed.get(event);
  if (record === undefined) {
    record = JSON.parse(event.record) as EventRecord;
    parsed.set(event, record);
  }
  return record;
}
