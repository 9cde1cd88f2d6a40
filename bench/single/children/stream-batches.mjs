// Streams a file a batch at a time and prints `{ rows, peakBytes }`.
import { readFileSync } from 'node:fs';
import { connect } from 'shoal';

const [path, threads] = process.argv.slice(2);
const shoal = await connect({ threads: Number(threads) });
let rows = 0;
for await (const batch of shoal.read.parquet(path).batches()) rows += batch.numRows;
await shoal.close();
console.log(JSON.stringify({ rows, peakBytes: peakBytes() }));

/** The kernel's own high-water mark of this program; `resourceUsage()` would include the parent's memory at the fork. */
function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
