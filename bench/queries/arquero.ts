import { type ColumnTable, op } from 'arquero';
import type { ColumnForm } from '../contestants/arquero.ts';

/** A query over one table whose columns arquero holds in memory. */
export interface ArqueroQuery {
  readonly columns: Readonly<Record<string, ColumnForm>>;
  readonly run: (lineitem: ColumnTable) => ColumnTable;
}

/** A row of line items, as the table expressions see it. */
interface Line {
  readonly l_returnflag: string;
  readonly l_linestatus: string;
  readonly l_quantity: number;
  readonly l_extendedprice: number;
  readonly l_discount: number;
  readonly l_tax: number;
  readonly l_shipdate: number;
}

/** The queries in arquero's verbs, by name: two over `lineitem` alone, since the table has to fit in memory. */
export const arqueroQueries: Readonly<Record<string, ArqueroQuery>> = {
  q1: {
    columns: {
      l_returnflag: 'string',
      l_linestatus: 'string',
      l_quantity: 'number',
      l_extendedprice: 'number',
      l_discount: 'number',
      l_tax: 'number',
      l_shipdate: 'date',
    },
    run: (lineitem) =>
      lineitem
        .params({ last: days('1998-09-02') })
        .filter((line: Line, $: { last: number }) => line.l_shipdate <= $.last)
        .groupby('l_returnflag', 'l_linestatus')
        .rollup({
          sum_qty: (line: Line) => op.sum(line.l_quantity),
          sum_base_price: (line: Line) => op.sum(line.l_extendedprice),
          sum_disc_price: (line: Line) => op.sum(line.l_extendedprice * (1 - line.l_discount)),
          sum_charge: (line: Line) => op.sum(line.l_extendedprice * (1 - line.l_discount) * (1 + line.l_tax)),
          avg_qty: (line: Line) => op.mean(line.l_quantity),
          avg_price: (line: Line) => op.mean(line.l_extendedprice),
          avg_disc: (line: Line) => op.mean(line.l_discount),
          count_order: () => op.count(),
        })
        .orderby('l_returnflag', 'l_linestatus'),
  },

  q6: {
    columns: { l_quantity: 'number', l_extendedprice: 'number', l_discount: 'number', l_shipdate: 'date' },
    run: (lineitem) =>
      lineitem
        .params({ from: days('1994-01-01'), to: days('1995-01-01') })
        .filter(
          (line: Line, $: { from: number; to: number }) =>
            line.l_shipdate >= $.from &&
            line.l_shipdate < $.to &&
            line.l_discount >= 0.05 &&
            line.l_discount <= 0.07 &&
            line.l_quantity < 24,
        )
        .rollup({ revenue: (line: Line) => op.sum(line.l_extendedprice * line.l_discount) }),
  },
};

/** Days from 1970 to a date. */
function days(date: string): number {
  return Date.parse(date) / 86_400_000;
}
