import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Icon } from "./icon";

export interface Column<Row> {
  id: string;
  title: string;
  /** The value that is sorted by; without `cell` also what is shown. */
  value: (row: Row) => string | number | null;
  cell?: (row: Row) => ComponentChildren;
  numeric?: boolean;
}

export interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sort?: Sort;
  /** Rows shown before the reader asks for the rest. */
  limit?: number;
  empty?: ComponentChildren;
}

export interface Sort {
  column: string;
  descending: boolean;
}

/** A table that sorts by any column. Missing values stand last, whichever way it is sorted. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  sort: first,
  limit = 100,
  empty,
}: TableProps<Row>): JSX.Element {
  const [sort, setSort] = useState<Sort | undefined>(first);
  const [all, setAll] = useState(false);
  const ordered = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  if (rows.length === 0) return <>{empty ?? <p class="b-muted">Nothing here yet.</p>}</>;
  const shown = all ? ordered : ordered.slice(0, limit);
  return (
    <div class="b-table">
      <table>
        <caption class="b-hidden-text">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.id} class={column.numeric ? "b-number" : undefined}>
                  {column.cell ? column.cell(row) : column.value(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < rows.length ? (
        <button type="button" class="b-button b-button-quiet" onClick={() => setAll(true)}>
          Show all {rows.length}
        </button>
      ) : null}
    </div>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>): JSX.Element {
  const current = sort?.column === column.id ? sort : undefined;
  const direction = current ? (current.descending ? "descending" : "ascending") : undefined;
  // Numbers are most often wanted largest first, words from A.
  const next = { column: column.id, descending: current ? !current.descending : Boolean(column.numeric) };
  return (
    <th scope="col" aria-sort={direction} class={column.numeric ? "b-number" : undefined}>
      <button type="button" onClick={() => onSort(next)} class={direction ? `b-sorted-${direction}` : undefined}>
        {column.title}
        <Icon name="down" />
      </button>
    </th>
  );
}

export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | undefined,
): readonly Row[] {
  const column = columns.find(({ id }) => id === sort?.column);
  if (!column || !sort) return rows;
  const way = sort.descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [column.value(left), column.value(right)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return typeof a === "number" && typeof b === "number" ? (a - b) * way : String(a).localeCompare(String(b)) * way;
  });
}
