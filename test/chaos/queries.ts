import { assertSameAnswer, type ReferenceAnswer } from '../../bench/harness/answers.ts';
import { type QueryBuilder, shoalQueries } from '../../bench/queries/shoal.ts';
import { openTables, type Tables } from '../../bench/queries/tables.ts';
import { queriesSql } from '../../bench/tpch/queries-sql.ts';
import { type ConnectOptions, connect, type Session } from '../../src/index.ts';

/** A TPC-H query with its answer, from one task in this process. */
export interface KnownQuery {
  readonly name: string;
  readonly build: QueryBuilder;
  readonly answer: ReferenceAnswer;
}

/** The 22 queries over the tables in a folder of this machine. */
export async function knownQueries(directory: string): Promise<readonly KnownQuery[]> {
  const session = await connect({ threads: 2 });
  try {
    const tables = openTables(session, directory);
    const known: KnownQuery[] = [];
    for (const [name, build] of shoalQueries) {
      const query = build(tables);
      const columns = (await query.schema()).map(({ name: column, type }) => {
        return { name: column, kind: type.kind === 'float64' ? ('float' as const) : ('exact' as const) };
      });
      const rows = await query.toArray({ results: { decimal: 'string' } });
      known.push({ name, build, answer: { columns, rows, ordered: /\bORDER BY\b/.test(queriesSql[name]) } });
    }
    return known;
  } finally {
    await session.close();
  }
}

/** Runs a query and holds its rows against the known ones. */
export async function checkQuery({ name, build, answer }: KnownQuery, tables: Tables, note: string): Promise<void> {
  assertSameAnswer(`${name} (${note})`, answer, await build(tables).toArray({ results: { decimal: 'string' } }));
}

/** What happened in a session's jobs. */
export class EventCounter {
  seen = 0;
  retries = 0;
  speculated = 0;
  /** Called at each event, with its number in the query. */
  onEvent: ((number: number) => void) | null = null;

  constructor(session: Session) {
    session.on('progress', (event) => {
      if (event.kind === 'task-retried') this.retries++;
      if (event.kind === 'task-speculated') this.speculated++;
      const number = this.seen++;
      this.onEvent?.(number);
    });
  }
}

/** A session that cuts every query into many tasks for its workers. */
export function connectChaos(options: ConnectOptions): Promise<Session> {
  const planner = { forceExchange: true, splitBytes: 5_000, partitions: 4 };
  return connect({ workers: 2, workerThreads: 1, ...options, planner: { ...planner, ...options.planner } });
}
