import { connect, sql, sum } from '../../src/index.ts';

/*
 * A program whose query does not end by itself, for tests of Ctrl-C: it prints a line when the query runs.
 */

const [mode, folder = '', file = ''] = process.argv.slice(2);
if (mode === 'listens') process.on('SIGINT', () => console.log('heard SIGINT'));
const shoal = await connect({
  workers: mode === 'worker' ? 2 : 0,
  scratchDirectory: `${folder}/scratch`,
  planner: { forceExchange: mode === 'worker' },
});
shoal.on('progress', (event) => {
  if (event.kind === 'stage-started') console.log('running');
});
const numbers = shoal.read.csv(file, { schema: { n: 'int64' } });
const endless = numbers
  .join(numbers, { how: 'cross', suffix: '_1' })
  .join(numbers, { how: 'cross', suffix: '_2' })
  .join(numbers, { how: 'cross', suffix: '_3' });
try {
  await endless.agg({ total: sum(sql('n + n_1 * n_2 % (n_3 + 1)')) }).collect();
} catch (error) {
  console.log(`caught ${error instanceof Error ? error.name : error}`);
  await shoal.close();
}
