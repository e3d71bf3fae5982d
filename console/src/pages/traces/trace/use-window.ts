import { type RefObject, useCallback, useLayoutEffect, useState } from "react";

/** Lines beyond the edges that are drawn too, so that a short scroll shows no gap. */
const overscan = 8;

/** Which lines of a long list are seen: only these are drawn. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  headHeight: number,
) {
  const [seen, setSeen] = useState({ top: 0, height: 600 });

  const look = useCallback(() => {
    const { current } = scroller;
    if (current === null) return;
    const { scrollTop: top, clientHeight: height } = current;
    // Only when a line came in or went out: scrolling within one draws nothing.
    setSeen((before) =>
      Math.floor(before.top / rowHeight) === Math.floor(top / rowHeight) && before.height === height
        ? before
        : { top, height },
    );
  }, [scroller, rowHeight]);

  useLayoutEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    if (scroller.current !== null) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [look, scroller]);

  const reveal = useCallback(
    (index: number) => {
      const { current } = scroller;
      if (current === null) return;
      const top = index * rowHeight;
      const bottom = top + rowHeight + headHeight;
      if (top < current.scrollTop) current.scrollTop = top;
      else if (bottom > current.scrollTop + current.clientHeight) current.scrollTop = bottom - current.clientHeight;
    },
    [scroller, rowHeight, headHeight],
  );

  const first = Math.max(0, Math.floor(seen.top / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + overscan);
  return { first, last, look, reveal, pageRows: Math.max(1, Math.floor(seen.height / rowHeight) - 2) };
}
