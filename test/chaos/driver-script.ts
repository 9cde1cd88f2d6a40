import { connect } from '../../src/index.ts';
import { type DriverRun, driverQuery } from './driver-query.ts';

/*
 * A program that is killed in mid query, for the chaos tests: it prints a line for each event of its one query, then what came of
 * it.
 */

const run = JSON.parse(process.argv[2] ?? '') as DriverRun;
const shoal = await connect({
  resume: run.resume,
  workspace: run.workspace,
  scratchDirectory: run.scratchDirectory,
  workers: 2,
  workerThreads: 1,
  s3: { endpoint: run.endpoint },
  planner: { forceExchange: true, tasks: 3, partitions: 3, broadcastBytes: 0 },
});
shoal.on('progress', (event) => {
  console.log(event.kind, event.stage, 'task' in event ? event.task : '');
});
const query = driverQuery(shoal, run.file);
if (run.action === 'collect') {
  console.log('answer', JSON.stringify(await query.sort('key').toArray()));
} else {
  const { rows } = await query.write.parquet(run.out, { mode: run.action });
  console.log('wrote', rows);
}
await shoal.close();
