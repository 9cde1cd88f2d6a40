import { avg, col, count, countDistinct, type Dataset, max, median, rank, sum } from '../../src/index.ts';
import type { LogicalNode } from '../../src/plan/logical.ts';
import type { SinkMode } from '../../src/plan/stage.ts';
import type { SinkLayout } from '../../src/plan/task.ts';

/** The inputs, as datasets. */
export interface Tables {
  /** Parquet, three files of four row groups. */
  readonly orders: Dataset;
  /** Five small CSV files. */
  readonly customers: Dataset;
  /** A CSV file whose parts begin at guesses, some of them wrong. */
  readonly events: Dataset;
  /** NDJSON, so large that a sort of it is dealt by range. */
  readonly logs: Dataset;
}

/** How a sink's rows are to lie. */
export interface SinkShape {
  readonly layout: 'file' | 'folder';
  readonly mode: SinkMode;
  readonly partitionBy: readonly string[];
}

/** A query that is simulated. */
export interface Shape {
  readonly name: string;
  readonly dataset: (tables: Tables) => { readonly node: LogicalNode };
  /** Whether the rows have an order that must be kept. */
  readonly ordered: boolean;
  readonly sink: SinkShape | null;
}

function rows(name: string, dataset: Shape['dataset'], ordered = false): Shape {
  return { name, dataset, ordered, sink: null };
}

function sink(name: string, dataset: Shape['dataset'], shape: Partial<SinkShape>): Shape {
  return { name, dataset, ordered: false, sink: { layout: 'folder', mode: 'error', partitionBy: [], ...shape } };
}

const byCustomer = (left: Dataset, right: Dataset) => left.join(right, { on: 'customer' });

/** What jobs are made of: every operator that cuts a plan, every kind of exchange, every kind of sink. */
export const shapes: readonly [Shape, ...Shape[]] = [
  rows('scan of Parquet', ({ orders }) => orders, true),
  rows('scan of guessed parts', ({ events }) => events, true),
  rows('filter and project', ({ orders }) => orders.filter(col('id').mod(7).gt(2)).select('id', 'customer'), true),
  rows('limit', ({ orders }) => orders.limit(17), true),
  rows('limit and offset over guessed parts', ({ events }) => events.offset(3).limit(9), true),
  rows('groupBy', ({ orders }) => orders.groupBy('customer').agg({ total: sum('amount'), orders: count() })),
  rows('aggregate of all', ({ events }) => events.groupBy().agg({ total: sum('amount'), mean: avg('amount') })),
  rows('median by key', ({ orders }) => orders.groupBy('customer').agg({ middle: median('amount') })),
  rows('countDistinct', ({ customers }) => customers.groupBy('customer').agg({ ids: countDistinct('id') })),
  rows('distinct', ({ customers }) => customers.select('customer').distinct()),
  rows('distinct on a column', ({ customers }) => customers.distinct('customer')),
  rows('sort in one task', ({ orders }) => orders.sort('amount'), true),
  rows('sort by range', ({ logs }) => logs.sort('amount'), true),
  rows('top k', ({ events }) => events.sort(col('amount').desc()).limit(10), true),
  rows('join', ({ orders, customers }) => byCustomer(orders, customers)),
  rows('left join', ({ events, customers }) => events.join(customers, { on: 'customer', how: 'left' })),
  rows('full join', ({ orders, customers }) => orders.join(customers, { on: 'customer', how: 'full' })),
  rows('anti join', ({ orders, events }) => orders.join(events, { on: 'customer', how: 'anti' })),
  rows('join of three, grouped', ({ orders, customers, events }) =>
    byCustomer(byCustomer(orders, customers), events.select('customer'))
      .groupBy('customer')
      .agg({ most: max('amount') }),
  ),
  rows('joins that turn out small', ({ logs }) => {
    const some = (least: number) => logs.filter(col('id').gt(least)).select('customer');
    return byCustomer(byCustomer(logs, some(5)), some(9))
      .groupBy('customer')
      .agg({ n: count() });
  }),
  rows('union', ({ orders, customers }) => orders.union(customers.select('id', 'customer', 'amount')), true),
  rows('union, grouped and sorted', ({ orders, events }) =>
    orders
      .union(events.select('id', 'customer', 'amount'))
      .groupBy('customer')
      .agg({ n: count() })
      .sort('customer'),
  ),
  rows('except', ({ orders }) => orders.select('customer').except(orders.select('customer').limit(5))),
  rows('window by key', ({ logs }) =>
    logs
      .withColumns({ place: rank().over({ partitionBy: 'customer', orderBy: 'id' }) })
      .groupBy('customer')
      .agg({ places: max('place') }),
  ),
  sink('sink: one file', ({ orders }) => orders.filter(col('id').gt(10)), { layout: 'file' }),
  sink('sink: one file, replaced', ({ orders }) => orders.groupBy('customer').agg({ n: count() }), {
    layout: 'file',
    mode: 'overwrite',
  }),
  sink('sink: folder', ({ events }) => events, {}),
  sink('sink: folder, grouped', ({ logs }) => logs.groupBy('customer').agg({ n: count() }), {}),
  sink('sink: folder, appended', ({ orders }) => orders, { mode: 'append' }),
  sink('sink: folder, replaced', ({ orders }) => orders, { mode: 'overwrite' }),
  sink('sink: folder by key', ({ orders, customers }) => byCustomer(orders, customers), {
    mode: 'overwrite',
    partitionBy: ['customer'],
  }),
];

/** Where a sink's rows go. */
export function layoutOf({ layout, partitionBy }: SinkShape): SinkLayout {
  return layout === 'file' ? { kind: 'file' } : { kind: 'folder', partitionBy, fileBytes: null, fileName: 'part-sim' };
}
