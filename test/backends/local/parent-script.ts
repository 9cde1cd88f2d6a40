import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '../../../src/backends/local/pool.ts';
import { csvSink, endless, numbers, taskText } from '../tasks.ts';

/*
 * A program that uses a pool, for tests of how it ends: `leave` runs a task and comes to its end without close(), `busy` has a long task in one process and an idle other one. Prints the processes' ids.
 */

const [mode, folder] = process.argv.slice(2);

const pool = openPool({
  workers: 2,
  scratchDirectory: `${folder}/scratch`,
  threads: 1,
  memoryLimitBytes: 256 << 20,
  store: {},
});
const context = { signal: new AbortController().signal, onBatch: async () => {}, batchRows: 1, share: 1 };
const run = async (name: string) => pool.invoke(await taskText(numbers([1]), csvSink(`${folder}/${name}`)), context);

await run('first.csv');
if (mode === 'busy') {
  await Promise.all([run('second.csv'), run('third.csv')]);
  void pool.invoke(await taskText(endless(), csvSink(`${folder}/endless.csv`)), context);
  await sleep(300);
}
console.log(JSON.stringify(pool.workers()));
