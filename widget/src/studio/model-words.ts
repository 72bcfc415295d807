import type { Metrics } from "./model";

/** "83.7 % of 4,031 held-out messages understood". */
export function accuracyWords({ held_out, accuracy }: Metrics): string {
  const share = held_out?.accuracy ?? accuracy;
  if (share === undefined) return "Not measured";
  const messages = held_out
    ? ` of ${held_out.examples.toLocaleString("en")} held-out messages`
    : " of held-out messages";
  return `${sharp(share)}${messages} understood`;
}

/** One decimal: models differ by tenths of a percent. */
export const sharp = (share: number): string => `${points(share)} %`;

/** A difference of shares in percentage points. */
export function points(share: number): string {
  return (share * 100).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
}
