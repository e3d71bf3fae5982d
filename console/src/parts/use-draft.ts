import { useState } from "react";

/** What is being typed of a value that stands elsewhere, as in the address. Once that changes, it is typed anew from it. */
export function useDraft(value: string): [draft: string, setDraft: (draft: string) => void] {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  // While drawing, not in an effect: that would take away what was typed since.
  if (known !== value) {
    setKnown(value);
    setDraft(value);
  }
  return [known === value ? draft : value, setDraft];
}
