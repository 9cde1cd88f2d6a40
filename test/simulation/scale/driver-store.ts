import { StorageError } from '../../../src/errors.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import type { Actor } from '../actor.ts';
import { s3KeysPerList } from '../cloud-facts.ts';
import type { SimStore } from '../sim-store.ts';
import type { Spending } from './account.ts';
import { type BigTable, bytesIn, objectOf } from './big-lake.ts';
import type { Waits } from './run-virtual.ts';

/** Stands in the store for a table's objects, of which there are too many. */
const standIn = { version: 'stand-in', range: { startByte: 0, endByte: 1 } } as const;

/** The store as the driver sees it: a simulated one, in which the tables' objects are made as they are listed or read. */
export function driverStore(
  store: SimStore,
  actor: Actor,
  tables: readonly BigTable[],
  spent: Pick<Spending, 'get' | 'put' | 'list'>,
  waits: Waits,
): ObjectStore {
  for (const { folder } of tables) store.put(folder, 1, standIn.version, { kind: 'source' });
  const base = store.as(actor);
  const request = ({ folder }: BigTable) =>
    store.readSource(actor, folder, standIn.range, { version: standIn.version });
  const tableOf = (uri: string) => tables.find(({ folder }) => uri.startsWith(folder));
  return {
    ...base,
    head: (uri, options) => {
      spent.get++;
      return waits.track(base.head(uri, options));
    },
    read: async (uri, range, options) => {
      spent.get++;
      const table = tableOf(uri);
      if (!table) return waits.track(base.read(uri, range, options));
      if (!range) throw new StorageError('NOT_FOUND', `${uri} is not read as a whole.`);
      await waits.track(request(table));
      return bytesIn(table, range);
    },
    async *list(prefix, options) {
      const table = tableOf(prefix);
      if (!table) {
        spent.list++;
        yield* base.list(prefix, options);
        return;
      }
      for (let index = 0; index < table.objects; index++) {
        if (index % s3KeysPerList === 0) {
          spent.list++;
          await waits.track(request(table));
        }
        yield objectOf(table, index);
      }
    },
    write: (uri, content, mode, options) => {
      spent.put++;
      return base.write(uri, content, mode, options);
    },
  };
}
