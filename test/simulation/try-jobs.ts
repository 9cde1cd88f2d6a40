import { openQueries } from './plans.ts';
import { drawSetup } from './setup.ts';
import { simulate } from './simulate.ts';

const [from = 0, count = 100] = process.argv.slice(2).map(Number);
const queries = await openQueries();
Error.stackTraceLimit = process.env.STACK ? 20 : 0;
const t = performance.now();
const cpu = process.cpuUsage();
const endings = new Map<string, number>();
let bad = 0,
  attempts = 0;
for (let seed = from; seed < from + count; seed++) {
  const report = await simulate(drawSetup(seed), queries);
  attempts += report.attempts;
  for (const e of report.endings) endings.set(e, (endings.get(e) ?? 0) + 1);
  if (report.problems.length > 0 && bad++ < 6)
    console.log(seed, report.query, report.endings, report.problems.join('\n'));
}
const c = process.cpuUsage(cpu);
console.log('cpu ms per job', (c.user + c.system) / 1000 / count);
console.log('bad', bad, 'attempts', attempts, 'ms', performance.now() - t, endings);
