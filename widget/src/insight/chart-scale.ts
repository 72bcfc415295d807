/** Where bars and points of the daily chart stand. Numbers only; the chart draws them. */

/** A round number at or above the largest value, and steps to it that people can read. */
export function scale(largest: number): { top: number; steps: number[] } {
  if (largest <= 0) return { top: 1, steps: [0, 1] };
  const rough = largest / 4;
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * unit).find((size) => size >= rough) ?? rough);
  const top = Math.ceil(largest / step) * step;
  return { top, steps: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step) };
}

/** Which days get a label under them: as many as fit, the last one always. */
export function labelled(count: number, fitting: number): ReadonlySet<number> {
  const every = Math.max(1, Math.ceil(count / fitting));
  const chosen = new Set<number>();
  for (let index = count - 1; index >= 0; index -= every) chosen.add(index);
  return chosen;
}
