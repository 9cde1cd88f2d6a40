import type { SessionFixture } from '../support/use-session.ts';
import { fromRows, type Rows } from './rows.ts';

/** Something that values travel through, and two ways to get them back. */
export interface Carrier {
  readonly name: string;
  /** Sends rows out. */
  readonly send: (rows: Rows) => Promise<Sent>;
}

/** Rows that are elsewhere. */
export interface Sent {
  /** As whatever type they are found to have. */
  readonly asFound: () => Rows;
  /** As the type that they had, by telling it; null where there is nothing to be told and a cast does. */
  readonly asTold: ((type: string) => Rows) | null;
}

/** Results in which JavaScript has every value, if it has it at all. */
const exact = { int64: 'bigint', decimal: 'string', timestamp: 'bigint' } as const;

/** All ways out of a session, and back. */
export function carriersOf({ session, path }: SessionFixture): readonly Carrier[] {
  let files = 0;
  return [
    {
      name: 'Parquet',
      send: async (rows) => {
        const file = path(`${files++}.parquet`);
        await rows.write.parquet(file);
        return { asFound: () => session().read.parquet(file), asTold: null };
      },
    },
    {
      name: 'CSV',
      send: async (rows) => {
        const file = path(`${files++}.csv`);
        await rows.write.csv(file);
        const header = { header: true };
        return {
          asFound: () => session().read.csv(file, header),
          asTold: (v) => session().read.csv(file, { ...header, schema: { v } }) as unknown as Rows,
        };
      },
    },
    {
      name: 'NDJSON',
      send: async (rows) => {
        const file = path(`${files++}.ndjson`);
        await rows.write.ndjson(file);
        return {
          asFound: () => session().read.ndjson(file),
          asTold: (v) => session().read.ndjson(file, { schema: { v } }) as unknown as Rows,
        };
      },
    },
    {
      name: 'Arrow',
      send: async (rows) => {
        const table = await rows.toArrow();
        return { asFound: () => session().fromArrow(table), asTold: null };
      },
    },
    {
      name: 'JavaScript',
      send: async (rows) => {
        const objects = await rows.toArray({ results: exact });
        return {
          asFound: () => fromRows(session(), objects),
          asTold: (v) => fromRows(session(), objects, { v }),
        };
      },
    },
  ];
}
