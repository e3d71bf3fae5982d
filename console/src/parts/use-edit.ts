import { useState } from "react";

/** What somebody writes over a value that was loaded. */
export interface Edit<Value> {
  /** What was written; where nothing was, what was loaded. */
  readonly value: Value | undefined;
  /** Something was written that is not saved. */
  readonly isOpen: boolean;
  write(value: Value): void;
  /** What was sent is saved. It gives way to the next value that is loaded, unless more was written since. */
  markSaved(sent: Value): void;
}

interface Written<Value> {
  readonly of: string;
  readonly value: Value;
  /** What had been loaded when it was saved. */
  readonly savedOver?: { readonly loaded: Value | undefined };
}

/**
 * A value that is loaded, then written over. No answer that comes later takes away what was written.
 *
 * @param of says what the value is of: what was written over another one is not shown.
 */
export function useEdit<Value>(loaded: Value | undefined, of = ""): Edit<Value> {
  const [written, setWritten] = useState<Written<Value>>();
  const { savedOver } = written ?? {};
  const isOver = written?.of !== of || (savedOver !== undefined && savedOver.loaded !== loaded);
  return {
    value: written === undefined || isOver ? loaded : written.value,
    isOpen: written !== undefined && !isOver && savedOver === undefined,
    write: (value) => setWritten({ of, value }),
    markSaved: (sent) => setWritten((now) => (now?.value === sent ? { of, value: sent, savedOver: { loaded } } : now)),
  };
}
