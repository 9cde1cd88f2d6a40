import { constants } from 'node:os';
import { AbortError } from '../errors.ts';

/** Signals that ask a program to end: Ctrl-C, `kill`, a terminal that closes. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndSignal = (typeof signals)[number];

const running = new Set<AbortController>();
let received: EndSignal | null = null;

/**
 * Runs a query so that Ctrl-C ends it in order: its workers are stopped and what it wrote is removed; then the program ends, as
 * it would have without a query, with exit code 128 + the signal's number. A second Ctrl-C ends it at once.
 *
 * A program that listens to the signal itself decides what becomes of it: its query is rejected with an AbortError, no more.
 */
export async function interruptible<T>(query: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  if (running.size === 0) for (const signal of signals) process.on(signal, onSignal);
  running.add(controller);
  try {
    return await query(controller.signal);
  } finally {
    running.delete(controller);
    if (running.size === 0) {
      for (const signal of signals) process.off(signal, onSignal);
      if (received) await endProgram(received);
    }
  }
}

function onSignal(signal: EndSignal): void {
  if (received) process.exit(exitCode(signal));
  // Somebody else's program, somebody else's decision: the query is told, and may be the last to hear of it.
  if (process.listenerCount(signal) === 1) received = signal;
  for (const controller of running)
    controller.abort(new AbortError('ABORTED', `The query was ended by ${signal}; nothing of it is left.`));
}

/** Never returns: the caller's code after the query does not run, as after any Ctrl-C. */
async function endProgram(signal: EndSignal): Promise<never> {
  process.stderr.write(`shoal: ended by ${signal}; running queries were stopped and their temporary data removed.\n`);
  process.exit(exitCode(signal));
}

function exitCode(signal: EndSignal): number {
  return 128 + constants.signals[signal];
}
