import { DuckDBInstance } from '@duckdb/node-api';
import { col, connect, count, lit, max, sum } from './src/index.ts';

const threads = Number(process.argv[2] ?? 2),
  n = Number(process.argv[3] ?? 11);
const path = '/work/main/bench/data/sf1/lineitem.csv';
const T: Record<string, string> = {
  l_orderkey: 'BIGINT',
  l_partkey: 'BIGINT',
  l_suppkey: 'BIGINT',
  l_linenumber: 'BIGINT',
  l_quantity: 'DOUBLE',
  l_extendedprice: 'DOUBLE',
  l_discount: 'DOUBLE',
  l_tax: 'DOUBLE',
  l_returnflag: 'VARCHAR',
  l_linestatus: 'VARCHAR',
  l_shipdate: 'DATE',
  l_commitdate: 'DATE',
  l_receiptdate: 'DATE',
  l_shipinstruct: 'VARCHAR',
  l_shipmode: 'VARCHAR',
  l_comment: 'VARCHAR',
};
const from = `read_csv('${path}', auto_detect=false, header=true, delim=',', quote='"', escape='"', columns={${Object.entries(
  T,
)
  .map(([k, t]) => `${k}:'${t}'`)
  .join(',')}})`;
const sql = (f: string) =>
  `SELECT l_returnflag,l_linestatus,sum(l_quantity) q,sum(l_extendedprice*(1-l_discount)) r,max(l_shipdate) s,count(*) c FROM ${f} GROUP BY 1,2 ORDER BY 1,2`;
const db = await DuckDBInstance.create(':memory:', { threads: String(threads) });
const c = await db.connect();
const shoal = await connect({ threads });
const ours = () =>
  shoal.read
    .csv(path)
    .groupBy('l_returnflag', 'l_linestatus')
    .agg({
      q: sum('l_quantity'),
      r: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))),
      s: max('l_shipdate'),
      c: count(),
    })
    .sort('l_returnflag', 'l_linestatus')
    .toArray();
const typed = () => c.runAndReadAll(sql(from)).then((r) => r.getRowObjectsJS());
const auto = () => c.runAndReadAll(sql(`read_csv('${path}')`)).then((r) => r.getRowObjectsJS());
const time = async (f: () => Promise<unknown>) => {
  const u = process.cpuUsage();
  const t = performance.now();
  await f();
  const d = process.cpuUsage(u);
  return [performance.now() - t, (d.user + d.system) / 1000];
};
console.log((await ours())[0], (await typed())[0]);
await auto();
const rt: number[] = [],
  ra: number[] = [],
  ct: number[] = [],
  ca: number[] = [],
  w: number[][] = [];
for (let i = 0; i < n; i++) {
  const a = await time(ours),
    b = await time(typed),
    d = await time(auto);
  rt.push(a[0] / b[0]);
  ra.push(a[0] / d[0]);
  ct.push(a[1] / b[1]);
  ca.push(a[1] / d[1]);
  w.push([a[0], b[0], d[0]]);
}
const med = (x: number[]) => [...x].sort((p, q) => p - q)[x.length >> 1]!.toFixed(3);
console.log(
  'wall ratio typed',
  med(rt),
  'auto',
  med(ra),
  'cpu ratio typed',
  med(ct),
  'auto',
  med(ca),
  'wall ms',
  [0, 1, 2].map((k) => med(w.map((x) => x[k]!))),
);
await shoal.close();
