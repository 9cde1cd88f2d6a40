import type { Clock } from '../../src/scheduler/clock.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  /** Null once it was called off. */
  run: (() => void) | null;
}

/**
 * Time that passes only when somebody asks for the next event: of those of the same moment, the one that was asked for first
 * comes first. Nothing waits for real time.
 */
export class VirtualClock implements Clock {
  private readonly heap: Event[] = [];
  private nowMs = 0;
  private count = 0;

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const event: Event = { atMs: this.nowMs + Math.max(0, delayMs), order: this.count++, run };
    this.push(event);
    return () => {
      event.run = null;
    };
  }

  /** How many events were asked for. */
  get events(): number {
    return this.count;
  }

  /** Goes on to the next event and runs it; false when there is none. What it sets going runs in the microtasks that follow. */
  step(): boolean {
    for (let event = this.pop(); event; event = this.pop()) {
      const { run } = event;
      if (!run) continue;
      this.nowMs = event.atMs;
      run();
      return true;
    }
    return false;
  }

  private push(event: Event): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = heap[above];
      if (!other || !isBefore(event, other)) break;
      heap[index] = other;
      index = above;
    }
    heap[index] = event;
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let least = heap[below];
      const right = heap[below + 1];
      if (least && right && isBefore(right, least)) {
        least = right;
        below++;
      }
      if (!least || !isBefore(least, last)) break;
      heap[index] = least;
      index = below;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
