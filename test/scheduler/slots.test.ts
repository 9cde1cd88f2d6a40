import { expect, test } from 'vitest';
import { Slots } from '../../src/scheduler/slots.ts';

/** Asks for places, and notes in `order` who got them. */
function ask(slots: Slots, name: string, order: string[], share = 1): Promise<() => void> {
  return slots.acquire(share).then((release) => {
    order.push(name);
    return release;
  });
}

/** Lets promises that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('first come, first served, as many at once as there are places', async () => {
  const slots = new Slots(2);
  const order: string[] = [];
  const [a] = await Promise.all([ask(slots, 'a', order), ask(slots, 'b', order)]);
  void ask(slots, 'c', order);
  void ask(slots, 'd', order);
  await settled();
  expect(order).toEqual(['a', 'b']);
  a();
  // Giving back twice gives back once.
  a();
  await settled();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('who asks for more than is free holds up those behind, and gets all places at most', async () => {
  const slots = new Slots(3);
  const order: string[] = [];
  const a = await ask(slots, 'a', order);
  const large = ask(slots, 'large', order, 8);
  void ask(slots, 'small', order);
  await settled();
  expect(order).toEqual(['a']);
  a();
  const release = await large;
  await settled();
  expect(order).toEqual(['a', 'large']);
  release();
  await settled();
  expect(order).toEqual(['a', 'large', 'small']);
});

test('a place is tried for without waiting, and before nobody who waits', async () => {
  const slots = new Slots(2);
  const release = slots.tryAcquire();
  expect(slots.tryAcquire(2)).toBeNull();
  expect(slots.tryAcquire()).not.toBeNull();
  expect(slots.tryAcquire()).toBeNull();
  const order: string[] = [];
  void ask(slots, 'waiting', order, 2);
  release?.();
  expect(slots.tryAcquire()).toBeNull();
});

test('a refusal halves the places in use, and tells nothing new to those sent before it', async () => {
  const slots = new Slots(16);
  const releases = await Promise.all(Array.from({ length: 8 }, () => slots.acquire()));
  slots.throttled(100, 200);
  expect(slots.size).toBe(4);
  slots.throttled(199, 210);
  expect(slots.size).toBe(4);
  slots.throttled(200, 220);
  expect(slots.size).toBe(2);
  const order: string[] = [];
  void ask(slots, 'next', order);
  for (const release of releases.slice(0, 6)) release();
  await settled();
  expect(order).toEqual([]);
  releases[6]?.();
  await settled();
  expect(order).toEqual(['next']);
});

test('places come back one by one for each round of tasks that go well, up to all', async () => {
  const slots = new Slots(4);
  const releases = await Promise.all(Array.from({ length: 4 }, () => slots.acquire()));
  slots.throttled(0, 0);
  expect(slots.size).toBe(2);
  for (const release of releases) release();
  const sizes = Array.from({ length: 8 }, () => {
    slots.succeeded();
    return slots.size;
  });
  expect(sizes).toEqual([2, 2, 3, 3, 3, 4, 4, 4]);
});

test('one place is never taken away', () => {
  const slots = new Slots(1);
  for (let time = 0; time < 5; time++) slots.throttled(time, time);
  expect(slots.size).toBe(1);
  expect(new Slots(0).size).toBe(1);
});
