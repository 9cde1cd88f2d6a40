import { count, type Dataset, max, type Session, sum } from '../../src/index.ts';

/** What a script of {@link DriverRun} does with its rows. */
export type DriverAction = 'collect' | 'error' | 'append' | 'overwrite';

/** What the script is told, as JSON in its one argument. */
export interface DriverRun {
  readonly action: DriverAction;
  readonly file: string;
  /** Uri of the sink's folder, ending in `/`. */
  readonly out: string;
  readonly workspace: string;
  readonly scratchDirectory: string;
  readonly resume: boolean;
  readonly endpoint: string;
}

/** A row of {@link driverQuery}. */
export interface DriverRow {
  readonly key: string;
  readonly rows: number;
  readonly total: number;
  readonly largest: number;
}

/** One row a key: two aggregates of one file, joined. Rows of `key,n`, of which there are several for each key. */
export function driverQuery(session: Session, file: string): Dataset<DriverRow> {
  const numbers = session.read.csv(file, { schema: { key: 'string', n: 'int64' } });
  const totals = numbers.groupBy('key').agg({ rows: count(), total: sum('n') });
  return totals.join(numbers.groupBy('key').agg({ largest: max('n') }), { on: 'key' });
}
