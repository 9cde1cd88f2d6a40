// The whole of a small script with shoal. Plain JavaScript, so that no compiler's start is measured.
import { connect, count, max } from 'shoal';

const [path, threads] = process.argv.slice(2);
const shoal = await connect({ threads: Number(threads) });
const rows = await shoal.read
  .parquet(path)
  .groupBy('l_shipmode')
  .agg({ lines: count(), last: max('l_comment') })
  .sort('l_shipmode')
  .toArray();
for (const row of rows) console.log(row.l_shipmode, String(row.lines), row.last);
await shoal.close();
