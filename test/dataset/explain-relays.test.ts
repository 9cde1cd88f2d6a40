import { expect, test } from 'vitest';
import { sum } from '../../src/index.ts';
import { type SessionFixture, useSession } from '../support/use-session.ts';

const spread = { forceExchange: true, splitBytes: 200, partitions: 4 } as const;
const relayed = useSession({ planner: { ...spread, exchange: 'two-level' } });
const direct = useSession({ planner: { ...spread, exchange: 'direct' } });

const query = async (data: SessionFixture) => {
  const path = await data.file('rows.csv', `k,v\n${Array.from({ length: 100 }, (_, i) => `${i % 9},${i}\n`).join('')}`);
  return data
    .session()
    .read.csv(path)
    .groupBy('k')
    .agg({ total: sum('v') });
};

test('explain says where rows go through relays, and after a run what these did', async () => {
  const text = await (await query(relayed)).explain();
  expect(text).toMatch(/^Stage 0: \d+ tasks, rows to the next stage, by hash of k into 4 partitions, through relays$/m);
  expect(text.match(/through relays/g)).toHaveLength(1);
  const after = await (await query(relayed)).explain({ run: true });
  expect(after).toMatch(/^Stage 0: .*, through relays$/m);
  expect(after).toMatch(
    /^Stage 3: about 1 task, the same rows in fewer objects\n.*\n {2}measured: ([\d.]+ \w+) fetched in \d+ requests; \1 written in 1 request; 1 task; /m,
  );
  expect(after).toMatch(/^ {4}read exchange 3: k,/m);
});

test('and says nothing of them where there are none', async () => {
  expect(await (await query(direct)).explain({ run: true })).not.toContain('relays');
});
