import type { VirtualClock } from './virtual-clock.ts';

/** More events than any job has: one that needs more runs in circles. */
const mostEvents = 200_000;

/**
 * Lets virtual time pass until `isOver`, each event with all that follows from it before the next one.
 *
 * @returns `stuck` when nothing is left to happen, `endless` when there is no end of it
 */
export async function drive(clock: VirtualClock, isOver: () => boolean): Promise<'over' | 'stuck' | 'endless'> {
  const begun = clock.events;
  for (;;) {
    await settled();
    if (isOver()) return 'over';
    if (clock.events - begun > mostEvents) return 'endless';
    if (!clock.step()) return 'stuck';
  }
}

/** Resolves once no promise has anything left to do: Node runs a tick only when its queue of microtasks is empty. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
