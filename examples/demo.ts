import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { avg, col, connect, count, quantile } from '../src/index.ts';

const data = join(import.meta.dirname, '../node_modules/vega-datasets/data');

interface Flight {
  date: Date;
  delay: number;
  distance: number;
  origin: string;
  destination: string;
}

const shoal = await connect();
const flights = shoal.read.parquet<Flight>(join(data, 'flights-3m.parquet'));
const airports = shoal.read.csv(join(data, 'airports.csv'), {
  schema: { iata: 'string', city: 'string', state: 'string' },
});

// ── the query
const worst = flights
  .filter(col('distance').gt(1000))
  .groupBy('origin')
  .agg({ flights: count(), late: avg(col('delay').gt(15).cast('int32')), p95: quantile('delay', 0.95) })
  .filter(col('flights').gte(2000))
  .join(airports.select('iata', 'city', 'state'), { leftOn: 'origin', rightOn: 'iata' })
  .select('origin', 'city', 'state', 'flights', { latePercent: col('late').mul(100).round(1) }, 'p95')
  .sort(col('latePercent').desc())
  .limit(10);
// ── the end of it

const [, code] = readFileSync(import.meta.filename, 'utf8').split(/^\/\/ ──.*$/m);
console.log(
  `Where do long flights start late? 3 million flights of 2001 (Parquet), 3 thousand airports (CSV).\n${code}`,
);
console.log(`await worst.explain():\n\n${await worst.explain()}\n`);
const started = performance.now();
const result = await worst.collect();
console.log(`await worst.collect():\n\n${result}\n`);
console.log(
  `${result.numRows} rows in ${Math.round(performance.now() - started)} ms, on this machine, with nothing set up.`,
);
await shoal.close();
