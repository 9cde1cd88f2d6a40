import { connect, count, type S3Options, sum } from '../../src/index.ts';

/*
 * A program that is killed and run again, for tests of `resume`: it groups a file's rows into a folder of files, prints a line
 * for each task that is done or was found done, and what it wrote. It kills itself when so many tasks are done.
 */

const [file = '', target = '', workspace = '', scratchDirectory = '', s3 = '{}', killAfter = ''] =
  process.argv.slice(2);
const shoal = await connect({
  resume: true,
  workspace,
  scratchDirectory,
  workers: 2,
  threads: 2,
  s3: JSON.parse(s3) as S3Options,
  planner: { forceExchange: true, tasks: 6, partitions: 4 },
});
let finished = 0;
shoal.on('progress', (event) => {
  if (event.kind === 'task-finished' || event.kind === 'task-resumed') console.log(`${event.kind} ${event.task}`);
  if (event.kind === 'task-finished' && ++finished === Number(killAfter)) process.kill(process.pid, 'SIGKILL');
});
const written = await shoal.read
  .csv(file)
  .groupBy('key')
  .agg({ rows: count(), total: sum('n') })
  .write.parquet(target);
console.log(`wrote ${written.rows} rows`);
await shoal.close();
