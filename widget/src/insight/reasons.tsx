/** Why conversations were passed on. */
import type { JSX } from "preact";
import { type Column, Table } from "../shared/components";
import { reasonWords } from "../shared/words";
import { CsvLink } from "./days";
import type { Range, ReasonRow } from "./model";
import type { Wanted } from "./runs";
import { average, percentOf, seconds } from "./words";

interface Props {
  rows: readonly ReasonRow[];
  range: Range;
  onDrill: (wanted: Wanted) => void;
}

export function Reasons({ rows, range, onDrill }: Props): JSX.Element {
  const columns: readonly Column<ReasonRow>[] = [
    {
      id: "reason",
      title: "Reason",
      value: (row) => reasonWords(row.reason),
      cell: (row) => (
        <button type="button" class="i-link" onClick={() => onDrill({ reason: row.reason })}>
          {reasonWords(row.reason)}
        </button>
      ),
    },
    { id: "count", title: "Conversations", value: (row) => row.count, numeric: true },
    {
      id: "share",
      title: "Of all passed on",
      value: (row) => row.share,
      cell: (row) => (
        <span class="i-share">
          <svg width="80" height="8" aria-hidden="true">
            <rect width="80" height="8" rx="2" class="i-share-all" />
            <rect width={80 * row.share} height="8" rx="2" />
          </svg>
          {percentOf(row.share)}
        </span>
      ),
      numeric: true,
    },
    { id: "claimed", title: "Taken by a person", value: (row) => row.claimed, numeric: true },
    {
      id: "waiting",
      title: "Wait, median",
      value: (row) => row.waiting_median_seconds,
      cell: (row) => seconds(row.waiting_median_seconds),
      numeric: true,
    },
    {
      id: "csat",
      title: "Rating",
      value: (row) => row.csat_average,
      cell: (row) => `${average(row.csat_average, 5)}${row.csat_count ? ` (${row.csat_count})` : ""}`,
      numeric: true,
    },
  ];
  return (
    <section class="i-part" aria-labelledby="reasons">
      <header>
        <h2 id="reasons">Why conversations were passed on</h2>
        <CsvLink name="reasons" query={{ ...range }} />
      </header>
      <Table
        caption="Reasons for passing on"
        columns={columns}
        rows={rows}
        rowKey={({ reason }) => reason}
        sort={{ column: "count", descending: true }}
        empty={<p class="b-muted">Nothing was passed on these days.</p>}
      />
    </section>
  );
}
