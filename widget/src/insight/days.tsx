/** The days: a chart, and the same numbers as a table and as CSV beside it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Column, Icon, Table } from "../shared/components";
import { Chart } from "./chart";
import type { Day, Range } from "./model";
import { average, dayWords, percentOf, seconds } from "./words";

const COLUMNS: readonly Column<Day>[] = [
  { id: "date", title: "Day", value: ({ date }) => date, cell: ({ date }) => dayWords(date) },
  { id: "conversations", title: "Conversations", value: (day) => day.conversations, numeric: true },
  {
    id: "containment",
    title: "Without a person",
    value: (day) => day.containment,
    cell: (day) => `${percentOf(day.containment)}${day.ended ? ` (${day.contained} of ${day.ended})` : ""}`,
    numeric: true,
  },
  { id: "escalated", title: "Passed on", value: (day) => day.escalated, numeric: true },
  { id: "abandoned", title: "Left the queue", value: (day) => day.abandoned, numeric: true },
  {
    id: "csat",
    title: "Rating",
    value: (day) => day.csat_average,
    cell: (day) => `${average(day.csat_average, 5)}${day.csat_count ? ` (${day.csat_count})` : ""}`,
    numeric: true,
  },
  {
    id: "waiting",
    title: "Wait, median",
    value: (day) => day.waiting_median_seconds,
    cell: (day) => seconds(day.waiting_median_seconds),
    numeric: true,
  },
];

export function Days({ days, range }: { days: readonly Day[]; range: Range }): JSX.Element {
  const [table, setTable] = useState(days.length <= 14);
  return (
    <section class="i-part" aria-labelledby="days">
      <header>
        <h2 id="days">By day</h2>
        <CsvLink name="daily" query={{ ...range }} />
      </header>
      <Chart days={days} />
      <details open={table} onToggle={(event) => setTable(event.currentTarget.open)}>
        <summary>The numbers as a table</summary>
        <Table caption="Figures by day" columns={COLUMNS} rows={days} rowKey={({ date }) => date} limit={31} />
      </details>
    </section>
  );
}

export function CsvLink({ name, query }: { name: string; query: Record<string, string> }): JSX.Element {
  return (
    <a class="i-csv" href={`/api/v1/insight/${name}.csv?${new URLSearchParams(query)}`} download>
      <Icon name="download" />
      CSV
    </a>
  );
}
